import BelayCore
import Foundation

/// A wall clock that stands still until a test moves it, forwards or backwards.
public final class ManualWallClock: WallClock {
    // An NSLock and not a `Mutex`: the thread sanitizer reports false races on the latter.
    private let lock = NSLock()
    // Only ever touched while `lock` is held.
    nonisolated(unsafe) private var time: Timestamp

    /// - Parameter start: 2026-01-01T00:00:00Z unless given.
    public init(startingAt start: Timestamp = Timestamp(milliseconds: 1_767_225_600_000)) { self.time = start }

    public var now: Timestamp { self.lock.withLock { self.time } }

    /// - Parameter duration: Negative to set the clock back, as an operator might.
    public func advance(by duration: Duration) {
        self.lock.withLock { self.time = self.time.advanced(by: duration) }
    }
}
