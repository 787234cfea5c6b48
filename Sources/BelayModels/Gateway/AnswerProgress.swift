import BelayCore

/// Takes what comes of a streamed call, in order and one at a time. The provider is read no further until it returns; what
/// it throws ends the call.
public typealias AnswerObserver = @Sendable (AnswerProgress) async throws -> Void

/// What comes of a streamed call before its answer is complete.
public enum AnswerProgress: Sendable {
    /// The first output of an attempt is about to follow. What earlier attempts of this call put out is void.
    case attemptStarted(number: Int, path: ModelPath)
    /// `started`, and deltas. Whether the answer is good, and what it used, is known when the call returns.
    case event(ModelStreamEvent, attempt: Int)
    /// One event of the stream as the provider sent it, in place of `event`: the client speaks its protocol and wrote
    /// ``ModelRequest/original``. The last one, which says that the answer is whole, is among them.
    case frame(name: String, data: String, attempt: Int)
    /// An attempt failed that had put something out.
    case attemptFailed(ModelAttempt)
}

extension AnswerProgress {
    /// What of it agents show: text.
    var shown: ModelProgress? {
        switch self {
        case .attemptStarted(let number, let path): .attemptStarted(number: number, path: path)
        case .event(.textDelta(let text), let attempt): .textDelta(text, attempt: attempt)
        case .event, .frame: nil
        case .attemptFailed(let attempt): .attemptFailed(attempt)
        }
    }
}
