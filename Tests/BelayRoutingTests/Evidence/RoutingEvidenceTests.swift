import BelayCore
import BelayJSON
import BelayResilience
import Testing

@testable import BelayRouting

struct RoutingEvidenceTests {
    private static let options = LearnedRoutingOptions(contexts: .whereItPays)

    private static func router(
        seed: UInt64, prefix: String, calls: Int = 60, options: LearnedRoutingOptions = options
    )
        -> ThompsonRouter
    {
        var random = SeededGenerator(seed: seed)
        var router = ThompsonRouter(options: options)
        for call in 0..<calls {
            let path = Paths.all.randomElement(using: &random) ?? Paths.good
            let context = OutcomeContext(inputSize: Bool.random(using: &random) ? .short : .long)
            let time = Timestamp.seconds(Int.random(in: 0...100_000, using: &random))
            router.record(
                .test(
                    "\(prefix)\(call)", task: Bool.random(using: &random) ? "a" : "b", path, at: time,
                    success: random.nextUnit() < 0.8 ? 1 : 0, cost: random.nextUnit(), context: context), at: time)
        }
        return router
    }

    private static func beliefs(_ evidence: RoutingEvidence) -> [Double] {
        let router = ThompsonRouter(options: Self.options, evidence: evidence)
        return ["a", "b"].flatMap { task in
            Paths.all.flatMap { path in
                let belief = router.belief(of: path, task: task, at: .seconds(200_000))
                return [belief.alpha, belief.beta]
            }
        }
    }

    private static func close(_ left: [Double], _ right: [Double]) -> Bool {
        zip(left, right).allSatisfy { abs($0 - $1) < 1e-9 * max(1, abs($0)) }
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func theOrderOfMergingDoesNotMatter(seed: UInt64) {
        let parts = (0..<3).map { Self.router(seed: seed * 10 + $0, prefix: "\($0)-").evidence }
        func merged(_ order: [Int]) -> [Double] {
            var all = RoutingEvidence()
            for index in order { all.merge(parts[index], options: Self.options) }
            return Self.beliefs(all)
        }
        let expected = merged([0, 1, 2])
        #expect(Self.close(merged([2, 0, 1]), expected), "seed \(seed)")
        #expect(Self.close(merged([1, 2, 0]), expected), "seed \(seed)")
    }

    @Test func nothingIsMergedIntoNothing() {
        let evidence = Self.router(seed: 4, prefix: "").evidence
        var merged = evidence
        merged.merge(RoutingEvidence(), options: Self.options)
        #expect(merged == evidence)
        #expect(Self.close(Self.beliefs(evidence), Self.beliefs(merged)))
    }

    @Test func manyNodesTogetherForgetNoSlowerThanOne() {
        var all = RoutingEvidence()
        for node in 0..<40 {
            all.merge(
                Self.router(seed: UInt64(node), prefix: "\(node)-", calls: 200).evidence, options: Self.options)
        }
        let router = ThompsonRouter(options: Self.options, evidence: all)
        let total = Paths.all.reduce(0) {
            let belief = router.belief(of: $1, task: "a", at: .seconds(100_000))
            return $0 + belief.alpha + belief.beta - 2
        }
        #expect(total < 1_444)
        #expect(total > 1_200)
    }

    @Test func aSuspensionAndItsEndAreShared() {
        var failing = ThompsonRouter(options: Self.options)
        failing.teach(Paths.good, successes: 95, failures: 5)
        for index in 0..<8 { failing.record(.test("f\(index)", at: .seconds(index), success: 0), at: .seconds(index)) }
        let suspended = failing.evidence
        var other = ThompsonRouter(options: Self.options)
        other.teach(Paths.good, successes: 95, failures: 5)
        other.merge(suspended)
        #expect(other.isSuspended(Paths.good, task: "task"))
        for index in 100..<104 {
            other.record(.test("s\(index)", at: .seconds(index), success: 1), at: .seconds(index))
        }
        #expect(!other.isSuspended(Paths.good, task: "task"))
        // What the others still believe is older than the recovery; and they learn of it.
        other.merge(suspended)
        #expect(!other.isSuspended(Paths.good, task: "task"))
        failing.merge(other.evidence)
        #expect(!failing.isSuspended(Paths.good, task: "task"))
        let belief = failing.belief(of: Paths.good, task: "task", at: .seconds(104))
        #expect(belief.mean > 0.8)
        #expect(belief.alpha + belief.beta < 200)
        // The next failure is noticed as the first was.
        for index in 200..<210 {
            failing.record(.test("g\(index)", at: .seconds(index), success: 0), at: .seconds(index))
        }
        #expect(failing.isSuspended(Paths.good, task: "task"))
    }

    @Test(arguments: 1...10 as ClosedRange<UInt64>)
    func whatIsStoredComesBack(seed: UInt64) throws {
        var router = Self.router(seed: seed, prefix: "")
        for index in 0..<12 {
            router.record(
                .test("f\(index)", task: "a", at: .seconds(200_000 + index), success: 0), at: .seconds(200_000))
        }
        let json = try JSON(encoding: router.evidence)
        #expect(try json.decode(RoutingEvidence.self) == router.evidence)
        #expect(try JSON.parse(json.bytes()).decode(RoutingEvidence.self) == router.evidence)
    }

    @Test func storedEvidenceThatNamesATaskTwiceIsRefused() throws {
        var json = try JSON(encoding: Self.router(seed: 1, prefix: "").evidence)
        let tasks = try #require(json["tasks"]?.arrayValue)
        json["tasks"] = JSON(tasks + tasks)
        #expect(throws: DecodingError.self) { try json.decode(RoutingEvidence.self) }
    }

    @Test func everythingIsBounded() {
        let options = LearnedRoutingOptions(
            contexts: .whereItPays, maxTasks: 20, maxPathsPerTask: 4, maxContextsPerPath: 3, maxCorrectable: 50)
        var router = ThompsonRouter(options: options)
        var random = SeededGenerator(seed: 1)
        for call in 0..<3_000 {
            let task = "task \(call / 10)"
            let path = ModelPath(provider: "p", model: "m\(call % 7)")
            _ = router.choose(.test(task: task, [path]), at: .seconds(call), using: &random)
            router.record(
                .test(
                    "\(call)", task: task, path, at: .seconds(call), success: 1,
                    context: OutcomeContext(language: "l\(call % 9)")), at: .seconds(call))
        }
        #expect(router.evidence.tasks.count <= 20)
        #expect(router.evidence["task 299"] != nil)
        #expect(router.evidence["task 0"] == nil)
        #expect(router.evidence.tasks.allSatisfy { $0.paths.count <= 4 })
        #expect(router.evidence.tasks.allSatisfy { $0.paths.allSatisfy { $0.cells.count <= 3 } })
        #expect(router.ledger.count == 50)
        #expect(router.allowances.count <= 40)
    }
}
