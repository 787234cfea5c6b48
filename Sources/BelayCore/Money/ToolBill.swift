/// What one attempt at a call of a tool has cost.
public struct ToolBill: Sendable, Hashable {
    public var amount: Money
    /// Nobody told what it was.
    public var isEstimate: Bool
    public var anomaly: ToolCostAnomaly?

    /// For an attempt that was sent and surely came to nothing.
    public static let nothing = ToolBill(.zero)

    public init(_ amount: Money, isEstimate: Bool = false, anomaly: ToolCostAnomaly? = nil) {
        self.amount = amount
        self.isEstimate = isEstimate
        self.anomaly = anomaly
    }

    public var cost: Cost { self.isEstimate ? .estimated(self.amount) : .known(self.amount) }
}
