import BelayCore

/// What costs are told apart by.
public enum CostDimension: String, Sendable, Hashable, Codable, CaseIterable {
    case agent
    /// Of the agent.
    case version
    case task
    /// PROVIDER/MODEL.
    case model
    case customer, user, tenant
    /// In UTC, such as `2026-11-22`.
    case day
    /// Why an attempt was made (``Spending/Cause``); `cache` for answers from Belay's own cache.
    case cause
}

/// Which lines of the ledger are added up, and by what they are told apart.
public struct CostQuery: Sendable, Hashable {
    /// In the order of a group's values, each once; none for the sum only.
    public var dimensions: [CostDimension]
    /// Only lines written for attempts that ended then or later.
    public var since: Timestamp?
    /// Only lines of attempts that ended before.
    public var until: Timestamp?
    /// Only lines that have these values. What ``filters`` doesn't name is of no account here.
    public var filter: [CostDimension: String]

    public init(
        by dimensions: [CostDimension] = [], since: Timestamp? = nil, until: Timestamp? = nil,
        filter: [CostDimension: String] = [:]
    ) {
        self.dimensions = dimensions
        self.since = since
        self.until = until
        self.filter = filter
    }

    /// What lines can be chosen by.
    public static let filters: [CostDimension] = [.agent, .version, .task, .model, .customer, .user, .tenant]

    /// Whether no moment can lie in its time.
    public var isEmptySpan: Bool {
        guard let since, let until else { return false }
        return since >= until
    }

    /// The filter's conditions, always in the same order.
    package var conditions: [(dimension: CostDimension, value: String)] {
        Self.filters.compactMap { dimension in self.filter[dimension].map { (dimension, $0) } }
    }
}

/// More groups than a report has (``CostReport/mostGroups``): group by less, or choose fewer lines.
public struct TooManyCostGroups: Error, Sendable, Hashable, CustomStringConvertible {
    public init() {}

    public var description: String {
        "There are more than \(CostReport.mostGroups) groups. Group by less, or choose fewer lines: a shorter time, one "
            + "customer, one agent."
    }
}

extension CostDimension {
    /// Names with commas between; an empty text is none. Nil for a name that isn't known or stands twice.
    package static func list(_ text: String) -> [CostDimension]? {
        guard !text.isEmpty else { return [] }
        let names = text.split(separator: ",", omittingEmptySubsequences: false)
        let found = names.compactMap { CostDimension(rawValue: String($0)) }
        return found.count == names.count && Set(found).count == found.count ? found : nil
    }
}
