import BelayResilience
import BelayTesting
import Testing

@Suite(.timeLimit(.minutes(5)))
struct CircuitBreakerTests {
    private struct Down: Error {}
    private struct BadRequest: Error {}

    private func judge(_ error: any Error) -> CircuitBreaker.Outcome {
        error is BadRequest ? .ignored : .failure
    }

    private func fail(_ breaker: CircuitBreaker, times: Int) async {
        for _ in 0..<times {
            await #expect(throws: Down.self) { try await breaker.run { throw Down() } }
        }
    }

    @Test func aDependencyThatFailsIsLeftAloneUntilItRecovers() async throws {
        let clock = ManualClock()
        let reports = Locked<[String]>([])
        let breaker = CircuitBreaker("mail", clock: clock) { dependency, transition in
            reports.withLock { $0.append("\(dependency): \(transition.to.rawValue)") }
        }
        await self.fail(breaker, times: 5)
        #expect(!breaker.isClosed)
        #expect(breaker.refusal == .seconds(60))
        clock.advance(by: .seconds(20))
        await #expect(throws: CircuitOpen(dependency: "mail", retryAfter: .seconds(40))) {
            try await breaker.run { Issue.record("The circuit is open.") }
        }
        clock.advance(by: .seconds(40))
        #expect(breaker.refusal == nil)
        try await breaker.run {}
        #expect(breaker.state == .halfOpen)
        try await breaker.run {}
        #expect(breaker.isClosed)
        #expect(reports.withLock { $0 } == ["mail: open", "mail: half_open", "mail: closed"])
    }

    @Test func theReportMayUseTheBreaker() async {
        let states = Locked<[CircuitState]>([])
        let own = Locked<CircuitBreaker?>(nil)
        let breaker = CircuitBreaker("mail", clock: ManualClock()) { _, _ in
            let breaker = own.withLock { $0 }
            if let state = breaker?.state { states.withLock { $0.append(state) } }
        }
        own.withLock { $0 = breaker }
        await self.fail(breaker, times: 5)
        #expect(states.withLock { $0 } == [.open])
        own.withLock { $0 = nil }
    }

    @Test func failuresAreForgottenOnSuccessThoughTheClosedPathTakesNoLock() async throws {
        let breaker = CircuitBreaker("mail", clock: ManualClock())
        for _ in 0..<3 {
            await self.fail(breaker, times: 4)
            try await breaker.run {}
        }
        #expect(breaker.isClosed)
    }

    @Test func theCallersOwnFaultsAndCancellationAreNotCounted() async {
        let breaker = CircuitBreaker("mail", clock: ManualClock())
        for _ in 0..<20 {
            await #expect(throws: BadRequest.self) { try await breaker.run(judging: self.judge) { throw BadRequest() } }
            await #expect(throws: CancellationError.self) { try await breaker.run { throw CancellationError() } }
        }
        let cancelled = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            for _ in 0..<20 {
                await #expect(throws: Down.self) { try await breaker.run { throw Down() } }
            }
        }
        await cancelled.value
        #expect(breaker.isClosed)
    }

    @Test func aCancelledProbeMakesRoomForTheNext() async throws {
        let clock = ManualClock()
        let breaker = CircuitBreaker("mail", clock: clock)
        await self.fail(breaker, times: 5)
        clock.advance(by: .seconds(60))
        let probe = Task { try await breaker.run { try await clock.sleep(for: .seconds(30)) } }
        await clock.sleepers(1)
        #expect(breaker.refusal == .seconds(60))
        probe.cancel()
        await #expect(throws: CancellationError.self) { try await probe.value }
        #expect(breaker.refusal == nil)
    }

    @Test func ofManyCallsAfterTheRecoveryTimeoutOneIsTheProbe() async {
        let clock = ManualClock()
        let breaker = CircuitBreaker("mail", clock: clock)
        await self.fail(breaker, times: 5)
        clock.advance(by: .seconds(60))
        let admitted = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<200 { group.addTask { (try? breaker.admit()) != nil } }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(admitted == 1)
    }

    @Test func opensOnceHoweverManyTasksFailAtTheSameTime() async {
        let opened = Locked(0)
        let breaker = CircuitBreaker("mail", clock: ManualClock()) { _, transition in
            if transition.to == .open { opened.withLock { $0 += 1 } }
        }
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<200 {
                group.addTask {
                    guard let admission = try? breaker.admit() else { return }
                    breaker.record(.failure, of: admission)
                }
            }
        }
        #expect(opened.withLock { $0 } == 1)
        #expect(breaker.state == .open)
    }
}
