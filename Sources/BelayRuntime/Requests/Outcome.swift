import BelayCore

/// How an execution stands once nobody here can carry it further.
public enum Outcome: Sendable {
    /// The agent, or a person in its place, answered.
    case completed(output: String, ExecutionHead)
    /// A limit stopped it; the output sums up what there is.
    case limitReached(TerminationReason, output: String, ExecutionHead)
    /// Somebody has to answer first.
    case waiting([WaitRecord], ExecutionHead)
    case failed(ExecutionFailure, ExecutionHead)
    case cancelled(ExecutionHead)

    public var head: ExecutionHead {
        switch self {
        case .completed(_, let head), .limitReached(_, _, let head), .waiting(_, let head), .failed(_, let head),
            .cancelled(let head):
            head
        }
    }

    /// Whether an earlier answer stood in for a model's, because none could be reached: it may be out of date.
    public var isDegraded: Bool { self.head.isDegraded }

    /// The answer, when there is one.
    public var output: String? {
        switch self {
        case .completed(let output, _), .limitReached(_, let output, _): output
        case .waiting, .failed, .cancelled: nil
        }
    }
}
