import BelayCore
import Testing

@testable import BelayRouting

@Suite(.timeLimit(.minutes(5)))
struct OutcomesInOrderTests {
    private static func outcome(_ number: Int) -> CallOutcome {
        .test("call_\(number)", at: .seconds(number), success: 1)
    }

    @Test(arguments: 0...9)
    func allComeOnceAndTheOldestFirst(count: Int) async throws {
        let store = InMemoryOutcomeStore()
        store.keep((0..<count).map(Self.outcome), by: NodeID(rawValue: "node_a"))
        var seen: [String] = []
        try await OutcomesInOrder(pageSize: 3) { place in
            store.outcomes(OutcomeFilter(), before: place, limit: 3)
        }.forEach { seen.append($0.id) }
        #expect(seen == (0..<count).map { "call_\($0)" })
    }

    @Test func whatComesAndGoesMeanwhileMakesNoneComeTwice() async throws {
        let store = InMemoryOutcomeStore()
        let node = NodeID(rawValue: "node_a")
        store.keep((0..<9).map(Self.outcome), by: node)
        var reads = 0
        var seen: [String] = []
        try await OutcomesInOrder(pageSize: 3) { place in
            defer { reads += 1 }
            if reads == 4 {
                // The first walk, over three pages and an empty one, is done.
                store.keep([Self.outcome(9)], by: node)
                _ = store.forgetOutcomes(before: .seconds(1), limit: 10)
            }
            return store.outcomes(OutcomeFilter(), before: place, limit: 3)
        }.forEach { seen.append($0.id) }
        #expect(seen == (1..<9).map { "call_\($0)" })
    }
}
