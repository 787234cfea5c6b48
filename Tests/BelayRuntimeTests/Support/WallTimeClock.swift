import BelayResilience
import BelayTesting

/// Tells the time that a test's wall clock tells, and sleeps in real time: a node works by itself, and no time that it
/// measures hangs on how busy the machine is.
struct WallTimeClock: Clock {
    private let wallClock: ManualWallClock

    init(_ wallClock: ManualWallClock) { self.wallClock = wallClock }

    var now: Moment { Moment(.milliseconds(self.wallClock.now.milliseconds)) }
    var minimumResolution: Duration { .milliseconds(1) }

    func sleep(until deadline: Moment, tolerance: Duration? = nil) async throws {
        try await ContinuousClock().sleep(for: self.now.duration(to: deadline), tolerance: tolerance)
    }
}
