/// The clock of a simulated world.
package struct SimulatedClock: Clock {
    package typealias Instant = ManualClock.Instant

    private let scheduler: SimulatedScheduler

    package init(_ scheduler: SimulatedScheduler) { self.scheduler = scheduler }

    package var now: Instant { Instant(offset: self.scheduler.now) }
    package var minimumResolution: Duration { .zero }

    package func sleep(until deadline: Instant, tolerance: Duration? = nil) async throws {
        try await self.scheduler.sleep(until: deadline.offset)
    }
}
