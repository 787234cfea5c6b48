import BelayCore
import BelayTesting

/// The time of day in a world, or in one process of it that goes wrong by a constant.
struct WorldClock: WallClock {
    private static let beginning = Timestamp(milliseconds: 1_767_225_600_000)

    let scheduler: SimulatedScheduler
    var skew = Duration.zero

    var now: Timestamp { Self.beginning.advanced(by: self.scheduler.now + self.skew) }
}
