import BelayCore

/// The latest alerts, each subject once in its period. A value: it owns no clock and tells nobody.
struct AlertBook {
    /// Alerts that are kept. One that has made room for others may be told again.
    static let maxAlerts = 1_000

    /// Subjects of one budget and period that are told apart when they are refused; all others are told as one, whose
    /// subject is empty.
    static let maxRefused = 100

    private struct Key: Hashable {
        var name: String
        var tenant: String?
        var subject: String
        var period: Timestamp

        init(_ alert: Alert) {
            self.name = alert.name
            self.tenant = alert.tenant
            self.subject = alert.subject
            self.period = alert.period
            // Two budgets may be about one subject.
            switch alert.kind {
            case .budget(let standing): self.name += " \(standing.key.budget)"
            case .refusal(let state): self.name += " \(state.budget)"
            case .call, .rate, .unknownPrice: break
            }
        }
    }

    private var alerts: [Key: Alert] = [:]
    /// From old to new.
    private var order: [Key] = []

    /// - Returns: Whether it is news; else it is counted.
    mutating func raise(_ alert: Alert) -> Bool {
        var (alert, key) = (alert, Key(alert))
        if case .refusal = alert.kind, self.alerts[key] == nil, self.hasManyLike(key) {
            alert.subject = ""
            key = Key(alert)
        }
        if self.alerts[key] != nil {
            self.alerts[key]?.times += 1
            return false
        }
        self.alerts[key] = alert
        self.order.append(key)
        if self.order.count > Self.maxAlerts { self.alerts[self.order.removeFirst()] = nil }
        return true
    }

    private func hasManyLike(_ key: Key) -> Bool {
        self.order.count { $0.name == key.name && $0.tenant == key.tenant && $0.period == key.period }
            >= Self.maxRefused
    }

    /// The newest first.
    func latest(_ count: Int) -> [Alert] { self.order.suffix(count).reversed().compactMap { self.alerts[$0] } }
}
