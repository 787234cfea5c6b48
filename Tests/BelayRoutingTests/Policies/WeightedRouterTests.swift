import BelayCore
import BelayResilience
import Testing

@testable import BelayRouting

struct WeightedRouterTests {
    private static let router = WeightedRouter([
        WeightedRouter.Target(Paths.good, weight: 6), WeightedRouter.Target(Paths.fair, weight: 3),
        WeightedRouter.Target(Paths.poor, weight: 1),
    ])

    @Test func keysSpreadByWeight() {
        var counts: [ModelPath: Int] = [:]
        for key in 0..<20_000 { counts[Self.router.choose(for: "exe_\(key)") ?? Paths.poor, default: 0] += 1 }
        #expect(abs(counts[Paths.good, default: 0] - 12_000) < 400)
        #expect(abs(counts[Paths.fair, default: 0] - 6_000) < 400)
        #expect(abs(counts[Paths.poor, default: 0] - 2_000) < 250)
    }

    @Test func chanceSpreadsByWeight() {
        var random = SeededGenerator(seed: 2)
        var counts: [ModelPath: Int] = [:]
        for _ in 0..<20_000 { counts[Self.router.choose(using: &random) ?? Paths.poor, default: 0] += 1 }
        #expect(abs(counts[Paths.good, default: 0] - 12_000) < 400)
        #expect(abs(counts[Paths.poor, default: 0] - 2_000) < 250)
    }

    /// These are stored nowhere: another version that chose otherwise would tear executions from their caches.
    @Test func aKeyMeetsTheSamePathInEveryProcess() {
        let chosen = (0..<8).map { Self.router.choose(for: "exe_\($0)")?.model }
        #expect(chosen == WeightedRouterTests.expected)
    }

    private static let expected = ["good", "fair", "good", "good", "good", "good", "fair", "fair"]

    @Test func onlyTheKeysOfALostPathMove() {
        for key in 0..<2_000 {
            let before = Self.router.choose(for: "\(key)")
            let after = Self.router.choose(for: "\(key)") { $0 != Paths.fair }
            if before == Paths.fair { #expect(after != Paths.fair) } else { #expect(after == before) }
        }
    }

    @Test func withoutAPathThereIsNone() {
        var random = SeededGenerator(seed: 1)
        #expect(Self.router.choose(for: "key") { _ in false } == nil)
        #expect(Self.router.choose(using: &random) { _ in false } == nil)
        let none = WeightedRouter([WeightedRouter.Target(Paths.good, weight: 0)])
        #expect(none.choose(for: "key") == nil)
        #expect(none.choose(using: &random) == nil)
    }
}
