import BelayResilience
import BelayTesting
import Testing

@Suite(.timeLimit(.minutes(5)))
struct PhaseMonitorTests {
    private let limits = PhaseLimits(
        connect: .seconds(30), responseHeaders: .seconds(10), firstToken: .seconds(20), betweenTokens: .seconds(5),
        total: .seconds(60))

    /// Runs a call that makes progress by a script of waits and events, and then hangs.
    private func call(_ clock: ManualClock, _ script: [(wait: Duration, CallProgress)]) -> Task<Void, any Error> {
        Task { [limits] in
            try await withPhaseDeadlines(limits, clock: clock) { monitor in
                for (wait, progress) in script {
                    try await clock.sleep(for: wait)
                    monitor.record(progress)
                }
                try await clock.sleep(for: .seconds(1_000))
            }
        }
    }

    /// Awaits the call while time moves on in steps of a second, each once the call and its watcher sleep again. So
    /// time stops when a clock has run out, for then the watcher sleeps no more.
    private func awaitTicking<Value: Sendable>(
        _ clock: ManualClock, _ call: @Sendable () async throws -> Value
    ) async throws -> Value {
        let ticking = Task {
            while !Task.isCancelled {
                await clock.sleepers(2)
                clock.advance(by: .seconds(1))
            }
        }
        defer { ticking.cancel() }
        return try await call()
    }

    private func expect(_ phase: CallPhase, at elapsed: Duration, script: [(wait: Duration, CallProgress)]) async {
        let clock = ManualClock()
        let elapsedAtEnd = Locked(Duration.zero)
        let call = self.call(clock, script)
        await #expect(throws: DeadlineExceeded(phase: phase, limit: self.limits[phase] ?? .zero)) {
            try await self.awaitTicking(clock) {
                defer { elapsedAtEnd.withLock { $0 = clock.now.offset } }
                try await call.value
            }
        }
        #expect(elapsedAtEnd.withLock { $0 } == elapsed)
        #expect(clock.sleeperCount == 0)
    }

    @Test func eachClockEndsTheCallThatItRunsOutOn() async {
        let toHeaders: [(wait: Duration, CallProgress)] = [(.seconds(1), .connected), (.seconds(2), .responseHeaders)]
        await self.expect(.connect, at: .seconds(30), script: [])
        await self.expect(.responseHeaders, at: .seconds(11), script: [toHeaders[0]])
        await self.expect(.firstToken, at: .seconds(23), script: toHeaders)
        await self.expect(.betweenTokens, at: .seconds(10), script: toHeaders + [(.seconds(2), .content)])
        let steady = (0..<20).map { _ in (wait: Duration.seconds(4), CallProgress.content) }
        await self.expect(.total, at: .seconds(60), script: toHeaders + steady)
    }

    @Test func aStreamThatStallsIsGivenUpThoughItPings() async {
        let pings = (0..<10).map { _ in (wait: Duration.seconds(1), CallProgress.keepAlive) }
        await self.expect(.betweenTokens, at: .seconds(8), script: [(.seconds(3), .content)] + pings)
    }

    @Test func aShorterClockThatStartsWhileALongerOneIsWatchedStillEndsTheCall() async {
        let clock = ManualClock()
        let call = Task { [limits] in
            try await withPhaseDeadlines(limits, clock: clock) { monitor in
                await clock.sleepers(1)  // The watcher sleeps until the connect clock's 30 s.
                monitor.record(.connected)
                try await clock.sleep(for: .seconds(1_000))
            }
        }
        await clock.sleepers(2)
        clock.advance(by: .seconds(10))
        await #expect(throws: DeadlineExceeded(phase: .responseHeaders, limit: .seconds(10))) { try await call.value }
    }

    @Test func workThatMakesProgressIsLeftAlone() async throws {
        let clock = ManualClock()
        let limits = self.limits
        let answer = try await self.awaitTicking(clock) {
            try await withPhaseDeadlines(limits, clock: clock) { monitor in
                monitor.record(.responseHeaders)
                for _ in 0..<10 {
                    try await clock.sleep(for: .seconds(4))
                    monitor.record(.content)
                }
                return "done at \(clock.now.offset)"
            }
        }
        #expect(answer == "done at \(Duration.seconds(40))")
        #expect(clock.sleeperCount == 0)
    }

    @Test func cancellationPassesThroughAsItself() async {
        let clock = ManualClock()
        let call = self.call(clock, [])
        await clock.sleepers(2)
        call.cancel()
        await #expect(throws: CancellationError.self) { try await call.value }
        #expect(clock.sleeperCount == 0)
    }

    @Test func manyCallsAtOnceEachEndOnTheirOwnClock() async {
        let clock = ManualClock()
        let script: [(wait: Duration, CallProgress)] = [
            (.zero, .connected), (.zero, .responseHeaders), (.zero, .content),
        ]
        let calls = (0..<60).map { self.call(clock, Array(script.prefix($0 % 4))) }
        await clock.sleepers(120)
        var phases: [CallPhase] = []
        for phase in [CallPhase.betweenTokens, .responseHeaders, .firstToken, .connect] {
            let limit = self.limits[phase] ?? .zero
            clock.advance(by: limit - clock.now.offset)
            for (index, call) in calls.enumerated() where CallPhase.allCases[index % 4] == phase {
                await #expect(throws: DeadlineExceeded(phase: phase, limit: limit)) { try await call.value }
                phases.append(phase)
            }
        }
        #expect(phases.count == 60)
        #expect(clock.sleeperCount == 0)
    }
}
