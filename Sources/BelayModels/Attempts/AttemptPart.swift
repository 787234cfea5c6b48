import BelayCore
import BelayHTTP

/// What an attempt passes on of a streamed answer.
enum AttemptPart: Sendable {
    case event(ModelStreamEvent)
    /// As the provider sent it, for a client of the same protocol.
    case frame(ServerSentEvent, isOutput: Bool)

    /// Something that would be repeated if another attempt took over.
    var isOutput: Bool {
        switch self {
        case .event(let event): event.isOutput
        case .frame(_, let isOutput): isOutput
        }
    }
}

/// A complete answer, with the body that it was read from when the client speaks the provider's protocol.
struct AttemptAnswer: Sendable {
    var answer: ModelAnswer
    var original: [UInt8]?
}
