import BelayCore
import BelayRouting

/// What every `OutcomeStore` has to do: one suite for all of them.
public enum OutcomeStoreConformance {
    /// One promise and the way to test it.
    public struct Case: Sendable, CustomStringConvertible {
        /// The promise, in words.
        public let description: String
        let body: @Sendable (any OutcomeStore) async throws -> Void

        init(_ description: String, _ body: @escaping @Sendable (any OutcomeStore) async throws -> Void) {
            self.description = description
            self.body = body
        }
    }

    public static let cases = Self.keeping + Self.asking + Self.sharing

    /// Tries one promise on an empty store.
    ///
    /// - Throws: `StoreConformance.Violation`, or what the store threw where it should not have.
    public static func run(_ storeCase: Case, on store: any OutcomeStore) async throws {
        try await storeCase.body(store)
    }

    static let node = NodeID(rawValue: "node_one")
    static let other = NodeID(rawValue: "node_two")
    static let path = ModelPath(provider: "one", model: "m")

    /// An outcome that ended that many seconds after some beginning.
    static func outcome(
        _ number: Int, revision: Int = 0, task: String = "task", path: ModelPath = Self.path, success: Double? = nil,
        milliseconds: Int = 100, cost: Int64? = 1_000, error: ModelFailure.Kind? = nil
    ) -> CallOutcome {
        CallOutcome(
            id: "out_\(number)", revision: revision, task: task, path: path,
            time: Timestamp(milliseconds: 1_780_000_000_000 + Int64(number) * 1_000), success: success,
            latency: .milliseconds(milliseconds), cost: cost.map(Money.init(nanoDollars:)),
            usage: Usage(freshInput: 10, output: 5), error: error,
            context: OutcomeContext(inputSize: .long, hasTools: true),
            decision: RoutingDecision(
                path: path, reason: .best,
                candidates: [RoutingDecision.Candidate(path: path, mean: 0.5, evidence: 3)], propensity: 0.25))
    }

    static func check(_ condition: Bool, _ claim: @autoclosure () -> String) throws {
        if !condition { throw StoreConformance.Violation(description: claim()) }
    }

    static func expect<Value: Equatable>(_ value: Value, _ expected: Value, _ what: String) throws {
        try Self.check(value == expected, "\(what): expected \(expected), got \(value)")
    }
}

extension OutcomeStoreConformance {
    private static let keeping: [Case] = [
        Case("what is kept is found again, with everything in it") { store in
            let outcomes = [
                Self.outcome(1), Self.outcome(2, success: 0.5, cost: nil), Self.outcome(3, error: .rateLimited),
            ]
            try await store.keep(outcomes, by: Self.node)
            for outcome in outcomes {
                try Self.expect(await store.outcome(named: outcome.id), outcome, "the outcome")
            }
            try Self.expect(await store.outcome(named: "out_9"), nil, "an unknown outcome")
        },
        Case("the largest revision stays, in whichever order they come") { store in
            let revisions = (0...2).map { Self.outcome(1, revision: $0, success: Double($0) / 2) }
            for index in [1, 0, 2, 1] { try await store.keep([revisions[index]], by: Self.node) }
            try Self.expect(await store.outcome(named: "out_1"), revisions[2], "the last revision")
            try Self.expect(
                await store.outcomes(OutcomeFilter(), before: nil, limit: 10), [revisions[2]], "the list")
        },
        Case("of equal revisions the first stays") { store in
            let first = Self.outcome(1, revision: 1, success: 1)
            try await store.keep([first], by: Self.node)
            try await store.keep([Self.outcome(1, revision: 1, success: 0)], by: Self.other)
            try Self.expect(await store.outcome(named: "out_1"), first, "the first")
        },
        Case("old ones are forgotten, the oldest first, and no more than asked for") { store in
            try await store.keep((1...5).map { Self.outcome($0) }, by: Self.node)
            let limit = Self.outcome(4).time
            try Self.expect(await store.forgetOutcomes(before: limit, limit: 2), 2, "the forgotten")
            try Self.expect(
                await store.outcomes(OutcomeFilter(), before: nil, limit: 10).map(\.id), ["out_5", "out_4", "out_3"],
                "what is left")
            try Self.expect(await store.forgetOutcomes(before: limit, limit: 100), 1, "the rest")
            try Self.expect(await store.forgetOutcomes(before: limit, limit: 100), 0, "nothing more")
        },
    ]

    private static let asking: [Case] = [
        Case("lists run from new to old, in pages without gaps") { store in
            try await store.keep([3, 1, 5, 2, 4].map { Self.outcome($0) }, by: Self.node)
            var place: OutcomePlace?
            var seen: [String] = []
            for _ in 0..<3 {
                let page = try await store.outcomes(OutcomeFilter(), before: place, limit: 2)
                seen += page.map(\.id)
                place = page.last?.place
            }
            try Self.expect(seen, ["out_5", "out_4", "out_3", "out_2", "out_1"], "all pages")
        },
        Case("a filter takes what it says and nothing else") { store in
            let other = ModelPath(provider: "two", model: "org/m")
            try await store.keep(
                [
                    Self.outcome(1), Self.outcome(2, task: "other"), Self.outcome(3, path: other),
                    Self.outcome(4, task: "other", path: other),
                ], by: Self.node)
            func ids(_ filter: OutcomeFilter) async throws -> [String] {
                try await store.outcomes(filter, before: nil, limit: 10).map(\.id)
            }
            try Self.expect(await ids(OutcomeFilter(task: "other")), ["out_4", "out_2"], "a task")
            try Self.expect(await ids(OutcomeFilter(path: other)), ["out_4", "out_3"], "a path")
            try Self.expect(
                await ids(OutcomeFilter(task: "other", path: other, since: Self.outcome(4).time)), ["out_4"], "all")
            try Self.expect(await ids(OutcomeFilter(since: Self.outcome(3).time)), ["out_4", "out_3"], "a time")
            try Self.expect(await ids(OutcomeFilter(task: "' OR 1=1 --")), [], "no task")
        },
        Case("a summary counts per path") { store in
            let other = ModelPath(provider: "two", model: "m")
            try await store.keep(
                (1...20).map { Self.outcome($0, success: $0 <= 15 ? 1 : 0, milliseconds: $0 * 10) }
                    + [
                        Self.outcome(21, path: other, cost: nil),
                        Self.outcome(22, path: other, cost: nil, error: .overloaded),
                        // The caller left, which says nothing of the path.
                        Self.outcome(23, path: other, cost: 7, error: .cancelled),
                    ], by: Self.node)
            let summary = try await store.summary(OutcomeFilter(task: "task"))
            try Self.check(!summary.isPartial && summary.paths.map(\.path) == [Self.path, other], "\(summary)")
            let (first, second) = (summary.paths[0], summary.paths[1])
            try Self.check(first.calls == 20 && first.judged == 20 && first.success == 0.75, "\(first)")
            try Self.check(first.errors == 0 && first.cost == Money(nanoDollars: 20_000), "\(first)")
            try Self.check(first.p50 == .milliseconds(100) && first.p95 == .milliseconds(190), "\(first)")
            try Self.check(second.calls == 3 && second.judged == 1 && second.success == 0, "\(second)")
            try Self.check(second.errors == 1 && second.unpriced == 2, "\(second)")
            try Self.check(second.cost == Money(nanoDollars: 7), "\(second)")
            try Self.expect(await store.summary(OutcomeFilter(task: "none")).paths, [], "a summary of nothing")
        },
    ]

    private static let sharing: [Case] = [
        Case("what others wrote is read once, in pieces, in the order of writing") { store in
            try Self.expect(await store.lastOutcomeNumber(), 0, "the number of no write")
            try await store.keep([Self.outcome(1)], by: Self.other)
            var last = try await store.lastOutcomeNumber()
            try await store.keep([5, 3, 4].map { Self.outcome($0) }, by: Self.other)
            try await store.keep([Self.outcome(2)], by: Self.node)
            var seen: [String] = []
            for _ in 0..<4 {
                let written = try await store.outcomes(after: last, except: Self.node, limit: 2)
                seen += written.outcomes.map(\.id)
                last = written.last
            }
            try Self.expect(seen, ["out_5", "out_3", "out_4"], "what others wrote")
            try Self.expect(last, try await store.lastOutcomeNumber(), "the place after all")
        },
        Case("a judgement is written anew, for those who have read the call") { store in
            try await store.keep([Self.outcome(1)], by: Self.node)
            let last = try await store.lastOutcomeNumber()
            let judged = Self.outcome(1, revision: 1, success: 1)
            try await store.keep([judged], by: Self.other)
            try Self.expect(
                await store.outcomes(after: last, except: Self.node, limit: 10).outcomes, [judged], "the judgement")
        },
    ]
}
