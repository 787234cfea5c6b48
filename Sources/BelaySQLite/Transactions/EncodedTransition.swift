import BelayCore

/// A transition whose events were encoded before the transaction, where nobody waits.
struct EncodedTransition: Sendable {
    let transition: Transition
    let events: [EncodedEvent]

    init(_ transition: Transition) throws {
        let ends = transition.after == .end
        precondition(
            transition.head.state.isTerminal == ends,
            "a transition gives the lease back for good exactly when it ends the execution")
        self.transition = transition
        self.events = try transition.events.map { try EncodedEvent($0) }
    }
}

/// What came of a transition.
struct StoredStep: Sendable {
    /// The time of the event before it.
    let earliest: Timestamp
    /// Where the journal ends now.
    let place: JournalPlace
}
