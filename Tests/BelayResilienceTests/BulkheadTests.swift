import BelayResilience
import BelayTesting
import Testing

@Suite(.timeLimit(.minutes(5)))
struct BulkheadTests {
    /// Waits until so many wait: in real time, since a queue has no clock.
    private func waiting(_ count: Int, at bulkhead: Bulkhead) async {
        while bulkhead.waiting < count, !Task.isCancelled { await Task.yield() }
    }

    @Test func callsAreServedInTheOrderInWhichTheyCame() async throws {
        let bulkhead = Bulkhead("search", limit: 1, clock: ManualClock())
        let permit = try await bulkhead.acquire()
        let order = Locked<[Int]>([])
        var calls: [Task<Void, any Error>] = []
        for number in 1...10 {
            calls.append(Task { try await bulkhead.withPermit { order.withLock { $0.append(number) } } })
            await self.waiting(number, at: bulkhead)
        }
        permit.release()
        for call in calls { try await call.value }
        #expect(order.withLock { $0 } == Array(1...10))
        #expect(bulkhead.running == 0 && bulkhead.waiting == 0)
    }

    @Test func aFullQueueTurnsAwayAndSaysWhenToComeBack() async throws {
        let bulkhead = Bulkhead("search", limit: 1, maxWaiting: 0, clock: ManualClock())
        let permit = try await bulkhead.acquire()
        await #expect(throws: BulkheadFull(dependency: "search", retryAfter: .seconds(1))) {
            try await bulkhead.withPermit { Issue.record("There is no room.") }
        }
        permit.release()
        try await bulkhead.withPermit {}
    }

    @Test func aCancelledWaiterLeavesAndTheNextGetsThePlace() async throws {
        let bulkhead = Bulkhead("search", limit: 1, clock: ManualClock())
        let permit = try await bulkhead.acquire()
        let cancelled = Task { try await bulkhead.withPermit { Issue.record("It was cancelled.") } }
        await self.waiting(1, at: bulkhead)
        let next = Task { try await bulkhead.withPermit { "next" } }
        await self.waiting(2, at: bulkhead)
        cancelled.cancel()
        await #expect(throws: CancellationError.self) { try await cancelled.value }
        #expect(bulkhead.waiting == 1)
        permit.release()
        #expect(try await next.value == "next")
    }

    @Test(arguments: [0, 1]) func aTaskThatIsCancelledAlreadyDoesNotEnter(held: Int) async throws {
        let bulkhead = Bulkhead("search", limit: 1, clock: ManualClock())
        let permits = held == 1 ? [try await bulkhead.acquire()] : []
        let call = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            try await bulkhead.withPermit { _ = Issue.record("It was cancelled.") }
        }
        await #expect(throws: CancellationError.self) { try await call.value }
        #expect(bulkhead.running == held && bulkhead.waiting == 0)
        for permit in permits { permit.release() }
    }

    @Test func aDeadlineBoundsTheWait() async throws {
        let clock = ManualClock()
        let bulkhead = Bulkhead("search", limit: 1, clock: clock)
        let permit = try await bulkhead.acquire()
        let call = Task { try await withDeadline(.seconds(3), clock: clock) { try await bulkhead.withPermit {} } }
        await clock.sleepers(1)
        await self.waiting(1, at: bulkhead)
        clock.advance(by: .seconds(3))
        await #expect(throws: DeadlineExceeded(phase: .total, limit: .seconds(3))) { try await call.value }
        #expect(bulkhead.waiting == 0)
        permit.release()
    }

    @Test func tenantsTakeTurns() async throws {
        let bulkhead = Bulkhead("search", limit: 1, clock: ManualClock())
        let permit = try await bulkhead.acquire(for: "noisy")
        let order = Locked<[String]>([])
        var calls: [Task<Void, any Error>] = []
        for (number, tenant) in ["noisy", "noisy", "noisy", "quiet", "other", "quiet"].enumerated() {
            calls.append(Task { try await bulkhead.withPermit(for: tenant) { order.withLock { $0.append(tenant) } } })
            await self.waiting(number + 1, at: bulkhead)
        }
        permit.release()
        for call in calls { try await call.value }
        #expect(order.withLock { $0 } == ["noisy", "quiet", "other", "noisy", "quiet", "noisy"])
        #expect(bulkhead.running == 0 && bulkhead.waiting == 0)
    }

    @Test func whoHasTheMostWaitingIsTurnedAwayForANewcomer() async throws {
        let bulkhead = Bulkhead("search", limit: 1, maxWaiting: 2, clock: ManualClock())
        let permit = try await bulkhead.acquire(for: "noisy")
        var noisy: [Task<Int, any Error>] = []
        for number in 1...2 {
            noisy.append(Task { try await bulkhead.withPermit(for: "noisy") { number } })
            await self.waiting(number, at: bulkhead)
        }
        let quiet = Task { try await bulkhead.withPermit(for: "quiet") { 3 } }
        await #expect(throws: BulkheadFull(dependency: "search", retryAfter: .seconds(3))) {
            _ = try await noisy[1].value
        }
        noisy[1].cancel()
        #expect(bulkhead.waiting == 2)
        permit.release()
        #expect(try await noisy[0].value == 1)
        #expect(try await quiet.value == 3)
    }

    @Test func aPlaceComesBackWhenTheBodyThrows() async throws {
        struct Broken: Error {}
        let bulkhead = Bulkhead("search", limit: 1, maxWaiting: 0, clock: ManualClock())
        await #expect(throws: Broken.self) { try await bulkhead.withPermit { throw Broken() } }
        #expect(bulkhead.running == 0)
    }

    @Test func aPermitReleasesItselfOnceHoweverItEnds() async throws {
        let bulkhead = Bulkhead("search", limit: 2, clock: ManualClock())
        let kept = try await bulkhead.acquire()
        do {
            let released = try await bulkhead.acquire()
            released.release()
            released.release()
        }
        #expect(bulkhead.running == 1)
        do { _ = try await bulkhead.acquire() }
        #expect(bulkhead.running == 1, "A permit that is dropped is released.")
        kept.release()
        #expect(bulkhead.running == 0)
    }

    @Test func manyTasksNeverRunMoreThanTheLimitAtOnceAndCancellationLosesNoPlace() async {
        let bulkhead = Bulkhead("search", limit: 4, maxWaiting: 1_000)
        let running = Locked((now: 0, most: 0, done: 0))
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<400 {
                let call = Task {
                    try await bulkhead.withPermit(for: "\(number % 7)") {
                        running.withLock {
                            $0.now += 1; $0.most = max($0.most, $0.now)
                        }
                        for _ in 0..<3 { await Task.yield() }
                        running.withLock {
                            $0.now -= 1; $0.done += 1
                        }
                    }
                }
                if number % 3 == 0 { group.addTask { call.cancel() } }
                group.addTask { _ = await call.result }
            }
        }
        let (now, most, done) = running.withLock { $0 }
        #expect(now == 0 && most <= 4 && done >= 400 - 134)
        #expect(bulkhead.running == 0 && bulkhead.waiting == 0)
    }
}
