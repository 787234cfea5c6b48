import BelaySimulation
import Testing

/// The quick form: `swift run -c release belay-simulate --seeds 100000` is the long one.
@Suite struct SimulationTests {
    @Test("No promise is broken in the first worlds", .timeLimit(.minutes(5)))
    func holds() async {
        let outcome = await Campaign(count: 200).run()
        for violation in outcome.violations { Issue.record("\(violation.report)") }
        #expect(outcome.seeds == 200)
        // A world in which nothing happens keeps every promise.
        for what in [
            "deaths", "takeovers", "pauses", "model faults", "tool faults", "store answers lost", "cancelRequested",
            "billed failures", "wrong answers", "tool calls billed",
            "limit budget", "limit max_tokens", "limit max_steps", "limit max_tool_calls",
            "near limit tokens", "limits raised", "contexts summed up", "contexts cut",
        ] {
            #expect(outcome.tally[what, default: 0] > 0, "\(what) never happened")
        }
    }

    @Test(
        "Worlds that once broke a promise", .timeLimit(.minutes(5)),
        arguments: [
            9,  // A node whose clock was behind claimed an expired wait over and over.
            188,  // The same, by two seconds.
            1143,  // Feedback after the end kept an observer waiting for another end.
        ])
    func regressions(_ seed: UInt64) async {
        let outcome = await Campaign(first: seed, count: 1).run()
        for violation in outcome.violations { Issue.record("\(violation.report)") }
    }

    @Test("A seed is always the same world", .timeLimit(.minutes(5)))
    func repeats() async {
        let once = await Campaign(first: 7, count: 10, threads: 2).run()
        let again = await Campaign(first: 7, count: 10).run()
        #expect(once.turns == again.turns)
        #expect(once.time == again.time)
        #expect(once.tally == again.tally)
    }

    @Test("Each planted bug is caught", .timeLimit(.minutes(5)), arguments: Plant.allCases)
    func catches(_ plant: Plant) async throws {
        let outcome = await Campaign(count: 300, plant: plant).run()
        let violation = try #require(outcome.violations.first, "\(plant.rawValue) was not caught in 300 seeds")
        #expect(violation.tally["planted", default: 0] > 0, "it was something else: \(violation.report)")
        #expect(violation.promise.contains(plant.symptom), "it was something else: \(violation.report)")
        #expect(violation.report.contains("VIOLATION"))
        print("Planted \(plant.rawValue), caught by seed \(violation.seed).\n\(violation.report)\n")
    }
}
