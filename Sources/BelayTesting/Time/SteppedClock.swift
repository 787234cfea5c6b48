import BelayResilience

/// A manual clock that knows until when somebody sleeps, so that exactly the deadline that is meant can be let run out.
package final class SteppedClock: Clock, Sendable {
    package typealias Instant = ManualClock.Instant

    private let base = ManualClock()
    /// The deadlines that are slept for, each with how many sleep until then.
    private let sleeping = Locked<[Duration: Int]>([:])
    private let happenings: Happenings

    /// - Parameter happenings: Told of everybody who falls asleep, and of time that moves.
    package init(telling happenings: Happenings = Happenings()) { self.happenings = happenings }

    package var now: Instant { self.base.now }
    package var minimumResolution: Duration { .zero }

    package func sleep(until deadline: Instant, tolerance: Duration? = nil) async throws {
        self.sleeping.withLock { $0[deadline.offset, default: 0] += 1 }
        self.happenings.happened()
        defer { self.sleeping.withLock { $0[deadline.offset, default: 1] -= 1 } }
        try await self.base.sleep(until: deadline, tolerance: tolerance)
    }

    package func advance(by duration: Duration) {
        self.base.advance(by: duration)
        self.happenings.happened()
    }

    /// Whether somebody sleeps until `duration` from now.
    package func isSlept(for duration: Duration) -> Bool {
        let deadline = self.now.offset + duration
        return self.sleeping.withLock { $0[deadline] ?? 0 } > 0
    }

    /// What is slept for at this moment.
    package var deadlines: [Duration] { self.sleeping.withLock { $0.filter { $0.value > 0 }.keys.sorted() } }
}
