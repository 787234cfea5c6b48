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

extension SteppedClock {
    /// Lets a deadline of each attempt run out that met a fault of time, and only then, until cancelled. For attempts of
    /// which one is under way at a time, and who are told of where this clock tells of its sleepers.
    ///
    /// - Parameters:
    ///   - struck: How many attempts have met the fault.
    ///   - failed: How many have failed after they were sent.
    /// - Throws: `CancellationError`.
    package func letRunOut(_ deadline: Duration, struck: () -> Int, failed: () -> Int) async throws {
        while true {
            try await self.happenings.until { await self.isDue(deadline, struck: struck, failed: failed) }
            // Real time: nobody tells what a socket still holds. What was sent before the silence may be on its way through
            // it. When it comes later than that, its attempt gets new time, which runs out in the next round.
            try await Task.sleep(for: .milliseconds(5))
            self.advance(by: deadline)
        }
    }

    /// Whether the attempt under way was struck, and waits for nothing but a deadline: as long as fewer have failed than
    /// were struck.
    ///
    /// Who sleeps is looked at before anything is counted. An attempt whose deadline has run out is still to be counted as
    /// failed for a moment. Looked at the other way round, it would lend the next attempt its strike: that one would lose its
    /// time while its request is on the way, fail without ever being struck, and the counts would never come apart again.
    package func isDue(
        _ deadline: Duration, struck: () async throws -> Int, failed: () async throws -> Int
    ) async rethrows -> Bool {
        guard self.isSlept(for: deadline) else { return false }
        return try await struck() > failed()
    }
}
