import BelayCore

/// What happens in a ledger and deserves to be known.
public enum LedgerReport: Sendable {
    /// Once for each subject and period. Of a budget by whichever node wrote the line that crossed its share; of all others
    /// by each node that sees it, and again by a process that was started anew.
    case alert(Alert)
    /// This node lost its lease, as when it stood still for long: others have reckoned up what it had under way.
    case lapsed
    /// A node that died was reckoned up: so many attempts of it count as lost, for so much. Nil when nobody knew, and all
    /// that it held counts.
    case reckonedUp(NodeID, lost: Int?, amount: Money)
    /// Lines could not be written, and are tried again.
    case delayed(count: Int, reason: String)
    case logFailed(String)
    /// The books don't add up: sentences for people, as ``LedgerVerdict/faults``.
    case unsound([String])
}
