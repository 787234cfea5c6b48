/// What an observer of a model call may show while it runs. Best effort: a delta that is lost is never sent again.
public enum ModelProgress: Sendable {
    /// An attempt began. Deltas of earlier attempts of this call are void.
    case attemptStarted(number: Int, path: ModelPath)
    case textDelta(String, attempt: Int)
    case attemptFailed(ModelAttempt)
}
