/// A point in time on a ``Timekeeper``: how long after its origin.
///
/// Every pure machine of this library takes the time as a `Moment`, so that it owns no clock, is not generic over one,
/// and reads in tests as what it is: `.seconds(3)`. Moments of different timekeepers must not be compared.
public struct Moment: InstantProtocol, Hashable, Sendable {
    /// The time since the origin.
    public var offset: Duration

    public init(_ offset: Duration) {
        self.offset = offset
    }

    /// The timekeeper's beginning.
    public static let origin = Moment(.zero)

    public static func seconds(_ seconds: Double) -> Moment { Moment(.seconds(seconds)) }

    public static func milliseconds(_ milliseconds: Int64) -> Moment { Moment(.milliseconds(milliseconds)) }

    public func advanced(by duration: Duration) -> Moment { Moment(self.offset + duration) }

    public func duration(to other: Moment) -> Duration { other.offset - self.offset }

    public static func < (left: Moment, right: Moment) -> Bool { left.offset < right.offset }

    public static func + (moment: Moment, duration: Duration) -> Moment { moment.advanced(by: duration) }
}
