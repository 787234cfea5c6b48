/// What is wrong with the cost that the result of a tool's call told, or didn't.
///
/// None of them makes a call free: a cost that isn't told, or can't be, is the most that was reserved, as an estimate. See
/// `docs/budgets.md`.
public enum ToolCostAnomaly: String, Sendable, Hashable, Codable, CaseIterable {
    /// The result is JSON and says nothing there, or null.
    case missing
    /// The result is no JSON, or what stands there is no number.
    case unreadable
    case negative
    /// More than ``ToolCost/largest``.
    case absurd
    /// A number in a string; it is taken as the number.
    case text
    /// More than was reserved. It is billed as it was told, since whoever bills it does so.
    case aboveMost = "above_most"
}
