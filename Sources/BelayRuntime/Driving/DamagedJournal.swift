import BelayCore

/// A journal that no node can fold, now or later.
struct DamagedJournal: Error, Hashable {
    /// Whose journal it is.
    var execution: ExecutionID
    var reason: String
}
