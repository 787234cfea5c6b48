import BelayCore

/// What spending within an hour is unusual, by what the same hour of earlier days has cost.
///
/// Unusual is more than `median + 3.5 x MAD / 0.6745` of those days, where MAD is the median of the absolute deviations from
/// the median: the "modified z-score" above 3.5 of Iglewicz and Hoaglin, "How to Detect and Handle Outliers" (1993). Neither
/// a day of great spending nor one of little changes it much. Days that are all alike have a MAD of zero, and small amounts
/// vary much; so it is also more than ``factor`` times the median, and more than ``floor``. Days on which nothing was spent
/// at this hour don't count.
///
/// The sum of the hour so far is held against the limit for a whole hour: so it tells late rather than wrongly.
public struct SpendRate: Sendable, Hashable {
    /// How many earlier days are looked at. 2 to 60; default 14.
    public var days: Int
    /// With spending on fewer of them nothing is told. 2 to `days`; default 5.
    public var minimumDays: Int
    /// Less within an hour is never unusual. Default $1.00.
    public var floor: Money
    /// Less than so many times the median is never unusual. 1 to 100; default 2.
    public var factor: Int

    public init(
        days: Int = 14, minimumDays: Int = 5, floor: Money = Money(nanoDollars: 1_000_000_000), factor: Int = 2
    ) {
        self.days = min(max(days, 2), 60)
        self.minimumDays = min(max(minimumDays, 2), self.days)
        self.floor = floor
        self.factor = min(max(factor, 1), 100)
    }

    /// What is usual, and the most that is not unusual; nil when too few days are known.
    ///
    /// - Parameter history: What was spent at this hour of earlier days, without those of nothing.
    func limit(by history: [Money]) -> (usual: Money, limit: Money)? {
        guard history.count >= self.minimumDays, let usual = Self.median(history) else { return nil }
        let deviations = history.map { $0 > usual ? $0 - usual : usual - $0 }
        let spread = (Self.median(deviations) ?? .zero).times(35_000, over: 6_745) ?? .zero
        let multiple = usual.times(self.factor, over: 1) ?? usual
        return (usual, max(usual + spread, multiple, self.floor))
    }

    /// Of an even number the mean of the two in the middle, rounded down.
    private static func median(_ amounts: [Money]) -> Money? {
        guard !amounts.isEmpty else { return nil }
        let sorted = amounts.sorted()
        let (low, high) = (sorted[(sorted.count - 1) / 2], sorted[sorted.count / 2])
        return Money(nanoDollars: low.nanoDollars + (high - low).nanoDollars / 2)
    }
}
