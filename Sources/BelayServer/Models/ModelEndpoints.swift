import BelayIngress
import BelayJSON
import BelayRuntime
import Hummingbird

/// The gateway: models behind the protocols that clients speak already.
struct ModelEndpoints: Sendable {
    let models: ModelAccess
    /// What agents among the names run on.
    let runtime: Runtime

    var all: [Endpoint] {
        [
            self.list, self.show,
            self.answering(
                .chatCompletions, at: "/v1/chat/completions", "createChatCompletion",
                "An answer of a model, in OpenAI's chat completions protocol."),
            self.answering(.messages, at: "/v1/messages", "createMessage", "An answer, in Anthropic's protocol."),
            self.answering(
                .responses, at: "/v1/responses", "createResponse", "An answer, in OpenAI's responses protocol."),
            self.count, self.embed,
        ]
    }

    /// Everything that can be asked for by a fixed name. Names with wildcards, and models that only their provider knows,
    /// are not among it.
    private var list: Endpoint {
        Endpoint(
            method: .get, path: "/v1/models", operation: "listModels",
            summary: "Names that `model` takes; for requests with `anthropic-version` in Anthropic's form, in pages.",
            parameters: [.header("anthropic-version", "Asks for Anthropic's form.")] + ModelPage.parameters,
            answer: ["type": "object", "description": "As the vendor documents it."], wire: .chatCompletions,
            isAnthropics: true
        ) { request in
            let listings = self.models.names.listed.map(Self.listing)
            guard try request.header(.anthropicVersion) != nil else {
                try ModelPage.refuseParameters(of: request)
                return .json(ModelListWriter.openAI(listings))
            }
            return .json(ModelListWriter.anthropic(try ModelPage(of: request).part(of: listings)))
        }
    }

    /// Anthropic's clients send it with requests that use beta features, which are named in a header.
    private static let beta = Endpoint.Parameter.query(
        "beta", ["type": "string"], "Sent by Anthropic's clients for beta features. Has no meaning here.")

    /// Whatever `model` takes is a model here, listed or not.
    private var show: Endpoint {
        Endpoint(
            method: .get, path: "/v1/models/{id}", takesRest: true, operation: "showModel",
            summary: "One of the names that `model` takes; in Anthropic's form for requests with `anthropic-version`.",
            parameters: [
                .path("id", "The name, with its slashes as they are or as %2F."),
                .header("anthropic-version", "Asks for Anthropic's form."),
            ],
            answer: ["type": "object", "description": "As the vendor documents it."], wire: .chatCompletions,
            isAnthropics: true
        ) { request in
            let name = try request.rest("id")
            let isAnthropic = try request.header(.anthropicVersion) != nil
            let listing = Self.listing(name)
            guard self.models.names.target(of: name) != nil else {
                let wire = isAnthropic ? IngressProtocol.messages : .chatCompletions
                return wire.response(to: self.models.unknown(name), requestID: request.id)
            }
            return .json(isAnthropic ? ModelListWriter.anthropic(listing) : ModelListWriter.openAI(listing))
        }
    }

    private static func listing(_ name: String) -> ModelListing { ModelListing(id: name, owner: "belay") }

    private var count: Endpoint {
        Endpoint(
            method: .post, path: "/v1/messages/count_tokens", operation: "countTokens",
            summary:
                "How many tokens a request's input has, in Anthropic's protocol; `X-Belay-Count` says how sure that is.",
            parameters: [Self.beta],
            body: ["type": "object", "description": "As the vendor documents it.", "required": ["model"]],
            answer: ["type": "object", "description": "As the vendor documents it."], wire: .messages
        ) { request in try await CountExchange(models: self.models, request: request).response() }
    }

    private var embed: Endpoint {
        Endpoint(
            method: .post, path: "/v1/embeddings", operation: "createEmbedding",
            summary: "Vectors of texts, in OpenAI's protocol.",
            parameters: CallHeaders.parameters,
            body: ["type": "object", "description": "As the vendor documents it.", "required": ["model", "input"]],
            answer: ["type": "object", "description": "As the vendor documents it."], wire: .chatCompletions
        ) { request in try await EmbeddingExchange(models: self.models, request: request).response() }
    }

    private func answering(
        _ wire: IngressProtocol, at path: String, _ operation: String, _ summary: String
    ) -> Endpoint {
        Endpoint(
            method: .post, path: path, operation: operation, summary: summary,
            parameters: CallHeaders.parameters + (wire == .messages ? [Self.beta] : []),
            body: ["type": "object", "description": "As the vendor documents it.", "required": ["model"]],
            answer: ["type": "object", "description": "As the vendor documents it."], streams: true, wire: wire
        ) { request in
            try await ModelExchange(
                wire: wire, models: self.models, runtime: self.runtime, request: request
            ).response()
        }
    }
}
