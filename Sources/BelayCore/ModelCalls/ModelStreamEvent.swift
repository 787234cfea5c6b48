/// One event of a streamed answer, free of any provider's format.
///
/// A stream is `started`, deltas in order, at most one `usage` (final figures) and exactly one `finished`. A stream
/// that ends without `finished` was cut and is a failure.
public enum ModelStreamEvent: Sendable, Hashable {
    case started(model: String, responseID: String?)
    case textDelta(String)
    case reasoningDelta(String)
    case reasoningSignature(String)
    /// `index` tells parallel calls apart; dense from 0 in order of appearance.
    case toolCallStarted(index: Int, id: String, name: String)
    case toolCallArgumentsDelta(index: Int, String)
    case usage(Usage)
    /// `stopSequence` is the text that ended the answer, of those that the request named, where the provider says it.
    case finished(StopReason, stopSequence: String? = nil)
}
