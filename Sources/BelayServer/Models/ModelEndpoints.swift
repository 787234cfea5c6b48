import BelayIngress
import BelayJSON
import Hummingbird

/// The gateway: models behind the protocols that clients speak already.
struct ModelEndpoints: Sendable {
    let models: ModelAccess

    var all: [Endpoint] {
        [
            self.list,
            self.answering(
                .chatCompletions, at: "/v1/chat/completions", "createChatCompletion",
                "An answer of a model, in OpenAI's chat completions protocol."),
            self.answering(.messages, at: "/v1/messages", "createMessage", "An answer, in Anthropic's protocol."),
            self.answering(
                .responses, at: "/v1/responses", "createResponse", "An answer, in OpenAI's responses protocol."),
        ]
    }

    /// Everything that can be asked for by a fixed name. Names with wildcards, and models that only their provider knows,
    /// are not among it.
    private var list: Endpoint {
        Endpoint(
            method: .get, path: "/v1/models", operation: "listModels",
            summary: "Names that `model` takes; in Anthropic's form for requests with `anthropic-version`.",
            parameters: [.header("anthropic-version", "Asks for Anthropic's form.")],
            answer: ["type": "object", "description": "As the vendor documents it."], wire: .chatCompletions
        ) { request in
            let listings = self.models.names.listed.map { ModelListing(id: $0, owner: "belay") }
            let isAnthropic = try request.header(.anthropicVersion) != nil
            return .json(isAnthropic ? ModelListWriter.anthropic(listings) : ModelListWriter.openAI(listings))
        }
    }

    /// Anthropic's clients send it with requests that use beta features, which are named in a header.
    private static let beta = Endpoint.Parameter.query(
        "beta", ["type": "string"], "Sent by Anthropic's clients for beta features. Has no meaning here.")

    private func answering(
        _ wire: IngressProtocol, at path: String, _ operation: String, _ summary: String
    ) -> Endpoint {
        Endpoint(
            method: .post, path: path, operation: operation, summary: summary,
            parameters: [
                .header(
                    "X-Belay-Criticality",
                    "`critical`: fail rather than answer with less than was asked for. Default `normal`.")
            ] + (wire == .messages ? [Self.beta] : []),
            body: ["type": "object", "description": "As the vendor documents it.", "required": ["model"]],
            answer: ["type": "object", "description": "As the vendor documents it."], streams: true, wire: wire
        ) { request in
            try await ModelExchange(wire: wire, models: self.models, request: request).response()
        }
    }
}
