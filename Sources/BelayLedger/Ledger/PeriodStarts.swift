import BelayCore

/// The beginnings of the periods that a time lies in, found once for each hour.
struct PeriodStarts {
    private var starts: [BudgetPeriod: Timestamp] = [:]
    private var ends = Timestamp(milliseconds: .min)
    private var begins = Timestamp(milliseconds: .max)

    mutating func start(of period: BudgetPeriod, at time: Timestamp) -> Timestamp {
        if time < self.begins || time >= self.ends {
            self.begins = BudgetPeriod.hour.start(at: time)
            self.ends = BudgetPeriod.hour.end(from: self.begins) ?? self.begins
            for period in BudgetPeriod.allCases { self.starts[period] = period.start(at: time) }
        }
        return self.starts[period] ?? period.start(at: time)
    }
}
