import BelayCore
import BelayTesting
import Testing

/// Random walks through the machine: models, tools, people, nodes and time do whatever they may, in any order.
struct ExecutionWalkTests {
    @Test(arguments: 0..<8 as Range<UInt64>) func everyWalkIsSoundAndEndsOrWaits(part: UInt64) throws {
        for seed in (part * 1_000)..<((part + 1) * 1_000) {
            var walk = try ExecutionWalk(seed: seed)
            do {
                try walk.run()
                try walk.check()
            } catch {
                Issue.record("seed \(seed): \(error)\n\(walk.fold.journal)")
                return
            }
        }
    }

    @Test func theWalksSeeEveryEvent() throws {
        var seen: Set<Event.Name> = []
        for seed in 0..<2_000 as Range<UInt64> {
            var walk = try ExecutionWalk(seed: seed)
            try walk.run()
            seen.formUnion(walk.fold.journal.names)
        }
        // What no machine decides: the runtime observes it, or nothing writes it yet.
        #expect(Set(Event.Name.allCases).subtracting(seen) == [.outputTruncated, .attemptFailed])
    }
}
