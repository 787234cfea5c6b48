import BelayCore

/// After which time a budget begins anew. Days and months are those of UTC; a call belongs to the one in which it was
/// admitted, whenever it ends.
public enum BudgetPeriod: String, Sendable, Hashable, Codable, CaseIterable {
    case hour, day, month
    /// It never begins anew: for sessions, or for a sum that is granted once.
    case total

    private static let hourLength: Int64 = 3_600_000
    private static let dayLength: Int64 = 86_400_000

    /// The beginning of the period that a time lies in; the beginning of time for `total`.
    public func start(at time: Timestamp) -> Timestamp {
        switch self {
        case .hour: Self.floor(time, to: Self.hourLength)
        case .day: Self.floor(time, to: Self.dayLength)
        case .month:
            Timestamp(milliseconds: (Self.day(of: time) + 1 - CivilDay(Self.day(of: time)).day) * Self.dayLength)
        case .total: Timestamp(milliseconds: 0)
        }
    }

    /// When the period that began at `start` is over; nil for `total`.
    public func end(from start: Timestamp) -> Timestamp? {
        switch self {
        case .hour: Timestamp(milliseconds: start.milliseconds + Self.hourLength)
        case .day: Timestamp(milliseconds: start.milliseconds + Self.dayLength)
        // A month has no more than 31 days, and the next one no fewer than 28.
        case .month: self.start(at: Timestamp(milliseconds: start.milliseconds + 32 * Self.dayLength))
        case .total: nil
        }
    }

    private static func floor(_ time: Timestamp, to length: Int64) -> Timestamp {
        Timestamp(milliseconds: time.milliseconds - Self.remainder(time.milliseconds, length))
    }

    private static func day(of time: Timestamp) -> Int64 {
        (time.milliseconds - Self.remainder(time.milliseconds, Self.dayLength)) / Self.dayLength
    }

    private static func remainder(_ value: Int64, _ length: Int64) -> Int64 {
        let rest = value % length
        return rest < 0 ? rest + length : rest
    }
}
