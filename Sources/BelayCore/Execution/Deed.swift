/// What came of a tool call, for summaries.
struct Deed: Sendable, Hashable {
    enum Outcome: Sendable, Hashable {
        case carriedOut
        case failed
        /// It was sent, and nobody knows.
        case mayHaveHappened
    }

    var name: String
    var outcome: Outcome
}
