import BelayCore

/// Lines of the ledger added up.
public struct CostReport: Sendable, Hashable {
    /// Of a report; with more there is none.
    public static let mostGroups = 10_000
    /// Sessions, sessions of each group, and days of users that are told apart, all together. With more of them the
    /// sessions aren't counted.
    public static let mostSessions = 1_000_000

    /// Lines that agree in what they are told apart by.
    public struct Group: Sendable, Hashable {
        /// In the order of ``CostReport/dimensions``; nil where the lines don't say.
        public var values: [String?]
        public var figures: CostFigures

        public init(values: [String?], figures: CostFigures) {
            self.values = values
            self.figures = figures
        }
    }

    public var dimensions: [CostDimension]
    /// Who costs most first.
    public var groups: [Group]
    public var total: CostFigures
    /// On how many days each user who is named used anything, all together; nil like the sessions.
    public var userDays: Int?
    /// The sessions of users who are named, one that goes on the next day counted again.
    public var userSessions: Int?
    /// When the first and the last of the attempts ended; nil without any.
    public var first: Timestamp?
    public var last: Timestamp?

    public init(dimensions: [CostDimension] = [], groups: [Group] = [], total: CostFigures = CostFigures()) {
        self.dimensions = dimensions
        self.groups = groups
        self.total = total
        self.userDays = 0
        self.userSessions = 0
    }
}
