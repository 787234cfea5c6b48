/// What is known of a call that was dispatched and has no result in the journal.
public enum DispatchFate: Sendable, Hashable {
    /// It was, or may have been; why there is no result.
    case sent(reason: String)
    /// It surely wasn't: it may be made as if nobody had dispatched it, and costs nothing.
    case notSent
}
