import BelayCore

/// Where outcomes are kept: for questions, for the next start, and for other nodes.
///
/// Functions throw `StoreError`: after `busy` and `notWritable` nothing was written; after `unavailable` nobody knows, and
/// the same call may be repeated, since an outcome that is there already is not written twice.
public protocol OutcomeStore: Sendable {
    /// Keeps outcomes, all or none. Of those of one `id` the one with the largest `revision` stays, of equal ones the first;
    /// one that takes another's place counts as written now.
    ///
    /// - Parameters:
    ///   - outcomes: At most 1,000.
    ///   - node: Who brings them.
    func keep(_ outcomes: [CallOutcome], by node: NodeID) async throws

    /// The outcome of this name, nil when there is none.
    func outcome(named id: String) async throws -> CallOutcome?

    /// Outcomes from new to old, by the end of the call.
    ///
    /// - Parameters:
    ///   - place: Only older ones; nil begins with the newest.
    ///   - limit: 1 to 10,000.
    func outcomes(_ filter: OutcomeFilter, before place: OutcomePlace?, limit: Int) async throws -> [CallOutcome]

    func summary(_ filter: OutcomeFilter) async throws -> OutcomeSummary

    /// The number of the last write; 0 when nothing was written.
    func lastOutcomeNumber() async throws -> Int64

    /// What was written after a number by others than `node`, in the order of writing.
    ///
    /// - Parameter limit: 1 to 10,000.
    func outcomes(after number: Int64, except node: NodeID, limit: Int) async throws -> WrittenOutcomes

    /// Forgets calls that ended before a time, the oldest first.
    ///
    /// - Parameter limit: At most this many.
    /// - Returns: How many were forgotten.
    func forgetOutcomes(before time: Timestamp, limit: Int) async throws -> Int
}

/// A piece of what was written.
public struct WrittenOutcomes: Sendable, Hashable {
    public var outcomes: [CallOutcome]
    /// Where the next piece begins.
    public var last: Int64

    public init(outcomes: [CallOutcome], last: Int64) {
        self.outcomes = outcomes
        self.last = last
    }
}
