import BelayCore

/// What was spent at the present hour of earlier days, by tenant. A value: it owns no clock and no store.
struct SpendWatch {
    /// Tenants that are looked at; of each day those who spent most.
    static let maxTenants = 1_000
    static let dayLength = Duration.seconds(86_400)

    /// Everything together is under nil.
    typealias Sums = [String?: Money]

    private let rate: SpendRate
    /// Of which hour the history is.
    private(set) var hour: Timestamp?
    private var history: [String?: [Money]] = [:]

    init(_ rate: SpendRate) { self.rate = rate }

    /// The hours whose sums are needed before anything can be said of the hour that begins at `hour`; none when they are
    /// known.
    func missing(for hour: Timestamp) -> [Timestamp] {
        guard self.hour != hour else { return [] }
        return (1...self.rate.days).map { hour.advanced(by: .zero - Self.dayLength * $0) }
    }

    mutating func learn(_ days: [Sums], for hour: Timestamp) {
        self.hour = hour
        self.history = [:]
        for day in days {
            for (tenant, spent) in day where spent > .zero { self.history[tenant, default: []].append(spent) }
        }
    }

    /// Who has spent more than is usual.
    func alerts(_ spent: Sums, at now: Timestamp) -> [Alert] {
        guard let hour = self.hour else { return [] }
        return spent.compactMap { tenant, spent in
            let days = self.history[tenant] ?? []
            guard let (usual, limit) = self.rate.limit(by: days), spent > limit else { return nil }
            return Alert(
                .rate(spent: spent, usual: usual, limit: limit, days: days.count), tenant: tenant,
                subject: tenant ?? "", period: hour, time: now)
        }.sorted { $0.subject < $1.subject }
    }
}

extension CostReport {
    /// Of a report by tenant.
    var spent: SpendWatch.Sums {
        var sums: SpendWatch.Sums = [nil: self.total.cost]
        for group in self.groups.prefix(SpendWatch.maxTenants) { sums[group.values[0]] = group.figures.cost }
        return sums
    }
}
