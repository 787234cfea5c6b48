import Foundation

/// Where durable times come from: expiry of waits and leases, timestamps of events.
///
/// Delays and deadlines inside one process use a `Clock` instead, which no adjustment of the system's time can move.
public protocol WallClock: Sendable {
    var now: Timestamp { get }
}

/// The operating system's time.
public struct SystemWallClock: WallClock {
    public init() {}

    public var now: Timestamp {
        Timestamp(milliseconds: Int64((Date().timeIntervalSince1970 * 1_000).rounded(.down)))
    }
}
