import BelayCore
import BelayJSON

/// A client's request, read and checked.
package struct IngressRequest: Sendable, Hashable {
    package var wire: IngressProtocol
    /// As the client wrote it: a route, an agent or a model.
    package var model: String
    package var streams: Bool
    /// Whether a stream ends with its usage. OpenAI's chat completions only on request, the others always.
    package var includesUsage: Bool
    /// Whether reasoning goes out with its provider's signature. OpenAI's responses only on request.
    package var includesSignatures: Bool
    package var request: ModelRequest
    /// The client's own names for this request, as it sent them.
    package var metadata: JSON.Object
    /// What has no place in `request`.
    package var passThrough: [PassThrough]
    /// What the answer repeats of the request: OpenAI's responses do.
    package var echo: JSON.Object

    init(wire: IngressProtocol, model: String, request: ModelRequest) {
        self.wire = wire
        self.model = model
        self.request = request
        self.streams = false
        self.includesUsage = wire != .chatCompletions
        self.includesSignatures = wire == .messages
        self.metadata = [:]
        self.passThrough = []
        self.echo = [:]
    }

    /// Why only a provider of the same protocol can answer this; nil when every one can.
    ///
    /// A caller that has to use another protocol answers with this problem. It is also the case for the runtime behind
    /// an agent, which builds requests of its own.
    package var problemElsewhere: IngressProblem? {
        for part in self.passThrough {
            guard case .refused(let reason) = part.elsewhere else { continue }
            return IngressProblem(
                .unsupported, at: part.path, "the model that was chosen can't be used with this: \(reason).")
        }
        return nil
    }
}
