import BelayCore

extension ExecutionHead {
    /// The cost as a person should take it: an amount that isn't all of it says so.
    var costWords: String {
        guard self.hasUnknownCost else { return "\(self.cost)" }
        return self.cost == .zero ? "unknown" : ">= \(self.cost)"
    }
}
