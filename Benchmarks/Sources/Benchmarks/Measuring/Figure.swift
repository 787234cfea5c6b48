/// One line of the report.
struct Figure: Codable, Sendable {
    enum Goal: Codable, Sendable {
        case atLeast(Double)
        case atMost(Double)

        func isMet(by value: Double) -> Bool {
            switch self {
            case .atLeast(let bound): value >= bound
            case .atMost(let bound): value <= bound
            }
        }
    }

    /// What it belongs to, such as `store`.
    var group: String
    var name: String
    var value: Double
    var unit: String
    var goal: Goal?

    init(_ group: String, _ name: String, _ value: Double, _ unit: String, goal: Goal? = nil) {
        self.group = group
        self.name = name
        self.value = value
        self.unit = unit
        self.goal = goal
    }

    var isMet: Bool? { self.goal.map { $0.isMet(by: self.value) } }
}
