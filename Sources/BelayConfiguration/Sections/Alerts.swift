import BelayCore
import BelayLedger

extension Configuration {
    /// What a person is told of spending.
    public struct Alerts: Sendable, Hashable {
        /// Default true.
        public var budgets: Bool
        /// Zero tells of no single call. Default $0.10.
        public var callCost: Money
        /// Default true.
        public var spendRate: Bool
        /// 2 to 60; default 14.
        public var rateDays: Int
        /// 2 to 60, at most ``rateDays`` counts; default 5.
        public var rateMinimumDays: Int
        /// Default $1.00.
        public var rateFloor: Money
        /// 1 to 100; default 2.
        public var rateFactor: Int
        /// Default true.
        public var unknownPrice: Bool

        public init() {
            let policy = AlertPolicy()
            let rate = SpendRate()
            self.budgets = policy.budgets
            self.callCost = policy.callCost
            self.spendRate = true
            (self.rateDays, self.rateMinimumDays) = (rate.days, rate.minimumDays)
            (self.rateFloor, self.rateFactor) = (rate.floor, rate.factor)
            self.unknownPrice = policy.unknownPrice
        }

        var policy: AlertPolicy {
            let rate = SpendRate(
                days: self.rateDays, minimumDays: self.rateMinimumDays, floor: self.rateFloor, factor: self.rateFactor)
            return AlertPolicy(
                budgets: self.budgets, callCost: self.callCost, rate: self.spendRate ? rate : nil,
                unknownPrice: self.unknownPrice)
        }

        static let section = Section<Alerts>(
            "What is told of spending: in the log once for each subject and period, and in `/v1/alerts`.",
            make: { Alerts() },
            keys: [
                Key(
                    "budgets", \.budgets, .boolean,
                    "Whether budgets tell that they are used up to their `alert_percent`."),
                Key(
                    "call_cost", \.callCost, .money,
                    "A single call, with all its attempts, that costs more is told of; once an hour for each tenant and "
                        + "model. `$0` tells of none."),
                Key(
                    "spend_rate", \.spendRate, .boolean,
                    "Whether an hour that costs more than is usual at this time of day is told of, for each tenant and for "
                        + "everything."),
                Key("rate_days", \.rateDays, .integer(2...60), "How many earlier days say what is usual."),
                Key(
                    "rate_minimum_days", \.rateMinimumDays, .integer(2...60),
                    "With spending at this hour on fewer of them nothing is told."),
                Key("rate_floor", \.rateFloor, .money, "Less within an hour is never unusual."),
                Key(
                    "rate_factor", \.rateFactor, .integer(1...100),
                    "Less than so many times the median of those days is never unusual."),
                Key(
                    "unknown_price", \.unknownPrice, .boolean,
                    "Whether models without a price, which count at the ceiling, are told of; once a day each."),
            ])
    }
}
