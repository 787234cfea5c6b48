import BelayResilience
import BelayTesting
import Testing

@Suite(.timeLimit(.minutes(5)))
struct RetryingTests {
    private struct Overloaded: Error, Equatable {
        var retryAfter: Duration?
    }
    private struct BadRequest: Error, Equatable {}

    private static func judge(_ error: any Error) -> FailureVerdict {
        guard let overloaded = error as? Overloaded else { return .permanent }
        return .transient(retryAfter: overloaded.retryAfter)
    }

    @Test func waitsBetweenAttemptsUntilOneSucceeds() async throws {
        let clock = ManualClock()
        let notices = Locked<[Duration]>([])
        async let answer = retrying(
            clock: clock, random: RandomSource(SeededGenerator(seed: 3)), judging: Self.judge,
            onRetry: { notice in notices.withLock { $0.append(notice.wait) } },
            { attempt in
                if attempt < 3 { throw Overloaded(retryAfter: .seconds(attempt * 5)) }
                return "answer of attempt \(attempt)"
            })
        #expect(await clock.advanceToNext() == .seconds(5))
        #expect(await clock.advanceToNext() == .seconds(10))
        #expect(try await answer == "answer of attempt 3")
        #expect(notices.withLock { $0 } == [.seconds(5), .seconds(10)])
    }

    @Test func theLastErrorIsThrownAsItWas() async {
        let clock = ManualClock()
        let attempts = Locked(0)
        let call = Task {
            try await retrying(clock: clock, judging: Self.judge) { _ in
                attempts.withLock { $0 += 1 }
                throw Overloaded(retryAfter: .seconds(1))
            }
        }
        await clock.advanceToNext()
        await clock.advanceToNext()
        await #expect(throws: Overloaded(retryAfter: .seconds(1))) { try await call.value }
        #expect(attempts.withLock { $0 } == 3)
    }

    @Test func permanentErrorsAreThrownAtOnce() async {
        let attempts = Locked(0)
        await #expect(throws: BadRequest()) {
            try await retrying(clock: ManualClock(), judging: Self.judge) { _ in
                attempts.withLock { $0 += 1 }
                throw BadRequest()
            }
        }
        #expect(attempts.withLock { $0 } == 1)
    }

    @Test func cancellationErrorsAreNeitherJudgedNorRetried() async {
        let attempts = Locked(0)
        await #expect(throws: CancellationError.self) {
            try await retrying(
                clock: ManualClock(),
                judging: { _ in
                    Issue.record("Asked about cancellation."); return .transient()
                },
                { _ in
                    attempts.withLock { $0 += 1 }
                    throw CancellationError()
                })
        }
        #expect(attempts.withLock { $0 } == 1)
    }

    @Test func anErrorOfACancelledTaskIsNotRetried() async {
        let call = Task {
            try await retrying(clock: ManualClock(), judging: Self.judge) { _ in
                withUnsafeCurrentTask { $0?.cancel() }
                throw Overloaded()
            }
        }
        await #expect(throws: Overloaded()) { try await call.value }
    }

    @Test func aWaitEndsWhenTheTaskIsCancelled() async {
        let clock = ManualClock()
        let call = Task {
            try await retrying(clock: clock, judging: Self.judge) { _ in throw Overloaded(retryAfter: .seconds(60)) }
        }
        await clock.sleepers(1)
        call.cancel()
        await #expect(throws: CancellationError.self) { try await call.value }
        #expect(clock.sleeperCount == 0)
    }

    @Test func anEmptyRetryBudgetEndsIt() async {
        let clock = ManualClock()
        let budget = RetryBudget(policy: RetryBudgetPolicy(ratio: 0, minimumPerSecond: 0), clock: clock)
        await #expect(throws: Overloaded()) {
            try await retrying(budget: budget, clock: clock, judging: Self.judge) { _ in throw Overloaded() }
        }
    }

    @Test func worksOnTheStateOfAnActor() async throws {
        actor Counter {
            private var attempts = 0
            func run() async throws -> Int {
                try await retrying(policy: RetryPolicy(base: .zero), judging: { _ in .transient() }) { _ in
                    self.attempts += 1
                    if self.attempts < 3 { throw Overloaded() }
                    return self.attempts
                }
            }
        }
        #expect(try await Counter().run() == 3)
    }
}
