import BelayCore

/// What a month costs with so many users a day, if they go on like those who were observed.
///
/// users x days x sessions of a user on a day x cost of a session. The mean cost of a session is multiplied before it is
/// rounded, so that the figures of many users are as exact as those of few.
public struct CostProjection: Sendable, Hashable {
    /// Users a day for which there is a figure.
    public static let userCounts = [100, 10_000, 100_000]
    /// Days of a month.
    public static let days = 30
    /// Fewer sessions mean nothing: the mean cost of so few is mostly chance.
    public static let enoughSessions = 100
    /// Shorter observations mean nothing: the course of a day isn't in them.
    public static let enoughTime = Duration.seconds(86_400)

    public struct Month: Sendable, Hashable {
        public var users: Int
        public var sessions: Int
        public var cost: Money

        public init(users: Int, sessions: Int, cost: Money) {
            self.users = users
            self.sessions = sessions
            self.cost = cost
        }
    }

    public enum Doubt: Sendable, Hashable {
        /// There is no figure: nothing was observed.
        case noSessions
        /// There is no figure: more sessions than are counted (``CostReport/mostSessions``).
        case tooManySessions
        case fewSessions
        case shortTime
        /// A figure is more than can be told: it is the largest amount there is (``Money``).
        case beyondMoney
    }

    /// Where it is known how many sessions a user has on a day.
    public enum Source: String, Sendable, Hashable, Codable {
        case given, observed
        /// Nobody is named as a user: one session is assumed.
        case assumed
    }

    /// What was observed.
    public let report: CostReport
    /// Of a user on a day with any, in thousandths, rounded.
    public let sessionsPerUser: Int
    public let source: Source
    public let months: [Month]
    public let doubts: [Doubt]

    /// - Parameter sessionsPerUser: Sessions of a user on a day, in thousandths; nil for as many as were observed.
    public init(_ report: CostReport, sessionsPerUser given: Int? = nil) {
        self.report = report
        let rate: (sessions: Int, days: Int)
        if let given {
            (rate, self.source) = ((given, 1_000), .given)
        } else if let sessions = report.userSessions, let days = report.userDays, sessions > 0, days > 0 {
            (rate, self.source) = ((sessions, days), .observed)
        } else {
            (rate, self.source) = ((1, 1), .assumed)
        }
        self.sessionsPerUser = Self.rounded(Int128(rate.sessions) * 1_000, over: Int128(rate.days))
        self.months = Self.months(report.total, rate)
        let isBeyond = self.months.contains { $0.cost.nanoDollars == .max }
        self.doubts = Self.doubts(of: report) + (isBeyond ? [.beyondMoney] : [])
    }

    private static func months(_ total: CostFigures, _ rate: (sessions: Int, days: Int)) -> [Month] {
        guard let sessions = total.sessions, sessions > 0 else { return [] }
        return self.userCounts.map { users in
            let visits = Int128(users * self.days) * Int128(rate.sessions)
            return Month(
                users: users, sessions: self.rounded(visits, over: Int128(rate.days)),
                cost: total.cost.times(visits, over: Int128(rate.days) * Int128(sessions)))
        }
    }

    private static func doubts(of report: CostReport) -> [Doubt] {
        guard let sessions = report.total.sessions else { return [.tooManySessions] }
        guard sessions > 0, let first = report.first, let last = report.last else { return [.noSessions] }
        let isFew = sessions < Self.enoughSessions
        let isShort = first.duration(to: last) < Self.enoughTime
        return (isFew ? [.fewSessions] : []) + (isShort ? [.shortTime] : [])
    }

    private static func rounded(_ value: Int128, over divisor: Int128) -> Int {
        Int(clamping: (value + divisor / 2) / divisor)
    }
}

extension CostFigures {
    /// How much of the cost is an estimate, in whole percent; nil where there is no cost. What an estimate took away from
    /// another time can't be more than all.
    public var estimatedPercent: Int? {
        guard self.cost > .zero else { return nil }
        let share = (Int128(self.estimated.nanoDollars) * 200 / Int128(self.cost.nanoDollars) + 1) / 2
        return Int(clamping: min(max(share, 0), 100))
    }
}
