import BelayHTTP
import BelayResilience
import Testing

@testable import BelayMock

@Suite(.timeLimit(.minutes(5)))
struct LatencyTests {
    @Test func percentilesAreMet() {
        let distribution = LatencyDistribution.percentiles(p50: .milliseconds(100), p95: .milliseconds(400))
        var random = SeededGenerator(seed: 5)
        let draws = (0..<20_000).map { _ in distribution.draw(using: &random) }.sorted()
        #expect(abs(draws[10_000] / .milliseconds(1) - 100) < 5)
        #expect(abs(draws[19_000] / .milliseconds(1) - 400) < 25)
        #expect(draws[19_999] <= .milliseconds(1_600))
    }

    @Test func uniformStaysWithinItsBounds() {
        let distribution = LatencyDistribution.uniform(.milliseconds(20), .milliseconds(80))
        var random = SeededGenerator(seed: 6)
        let draws = (0..<1_000).map { _ in distribution.draw(using: &random) }
        #expect(draws.allSatisfy { $0 >= .milliseconds(20) && $0 < .milliseconds(80) })
        #expect((draws.max() ?? .zero) - (draws.min() ?? .zero) > .milliseconds(55))
    }

    @Test func aStreamWaitsForTheFirstTokenAndThenForEachPiece() async throws {
        let yaml = """
            latency: {first_token: 1s, per_token: 10ms}
            reply: {text: "abcdefghijklmnop", chunk_size: 8}
            """
        let clock = JumpingClock()
        try await MockHarness.run(yaml, clock: clock) { mock in
            _ = try await mock.ask(stream: true)
            #expect(clock.slept == [.seconds(1), .milliseconds(20)])
            _ = try await mock.ask(stream: false)
            #expect(clock.slept.dropFirst(2) == [.milliseconds(1_040)])
        }
    }

    @Test func aReplysLatencyComesBeforeTheModelsAndTheModelsBeforeAll() async throws {
        let yaml = """
            models: [fast, {name: slow, latency: {first_token: 3s}}]
            latency: {first_token: 1s}
            rules: [{when: {last_message: now}, reply: {text: a, latency: {first_token: 5s}}}]
            reply: a
            """
        let clock = JumpingClock()
        try await MockHarness.run(yaml, clock: clock) { mock in
            for (text, model) in [("x", "fast"), ("x", "slow"), ("now", "slow")] {
                _ = try await mock.ask(.openAI, text, model: model)
            }
            #expect(clock.slept == [.seconds(1), .seconds(3), .seconds(5)])
        }
    }

    @Test func schedulesRepeat() {
        let schedule = FaultSchedule(from: .seconds(5), length: .seconds(2), every: .seconds(10))
        let on = (0..<30).filter { schedule.isOn(at: .seconds($0)) }
        #expect(on == [5, 6, 15, 16, 25, 26])
        #expect(schedule.nextChange(after: .zero) == .seconds(5))
        #expect(schedule.nextChange(after: .seconds(6)) == .seconds(7))
        #expect(schedule.nextChange(after: .seconds(8)) == .seconds(15))
        let once = FaultSchedule(from: .seconds(1), length: .seconds(1))
        #expect(once.nextChange(after: .seconds(9)) == nil)
        #expect(FaultSchedule(from: .seconds(1)).isOn(at: .seconds(999)))
    }

    @Test(arguments: [
        (0, "Thu, 01 Jan 1970 00:00:00 GMT"), (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),
        (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"), (4_107_542_399, "Sun, 28 Feb 2100 23:59:59 GMT"),
    ])
    func datesAreHTTPs(seconds: Int64, text: String) {
        #expect(HTTPDate.text(unixSeconds: seconds) == text)
    }
}
