/// What becomes of an execution that reached a limit.
public enum LimitPolicy: String, Sendable, Hashable, Codable, CaseIterable {
    /// It sums up what there is, and ends.
    case stop
    /// It waits for a person, who may raise the limit; without an answer in time it stops.
    case ask
}
