/// What one attempt at a call of a tool has cost.
public struct ToolBill: Sendable, Hashable {
    /// Known or estimated, never unknown.
    public var cost: Cost
    public var anomaly: ToolCostAnomaly?

    /// For an attempt that was sent and surely came to nothing.
    public static let nothing = ToolBill(cost: .known(.zero))

    public init(cost: Cost, anomaly: ToolCostAnomaly? = nil) {
        self.cost = cost
        self.anomaly = anomaly
    }
}
