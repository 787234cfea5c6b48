import BelayCore

/// A journal that no node can fold, now or later.
struct DamagedJournal: Error, Hashable {
    /// Whose journal it is: the execution itself, or an earlier one of its session.
    var execution: ExecutionID
    var reason: String
}
