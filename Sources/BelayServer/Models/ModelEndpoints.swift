import BelayIngress
import BelayJSON
import Hummingbird

/// The gateway: models behind the protocols that clients speak already.
struct ModelEndpoints: Sendable {
    let models: ModelAccess

    var all: [Endpoint] {
        [
            self.answering(
                .chatCompletions, at: "/v1/chat/completions", "createChatCompletion",
                "An answer of a model, in OpenAI's chat completions protocol."),
            self.answering(.messages, at: "/v1/messages", "createMessage", "An answer, in Anthropic's protocol."),
            self.answering(
                .responses, at: "/v1/responses", "createResponse", "An answer, in OpenAI's responses protocol."),
        ]
    }

    private func answering(
        _ wire: IngressProtocol, at path: String, _ operation: String, _ summary: String
    ) -> Endpoint {
        Endpoint(
            method: .post, path: path, operation: operation, summary: summary,
            parameters: [
                .header(
                    "X-Belay-Criticality",
                    "`critical`: fail rather than answer with less than was asked for. Default `normal`.")
            ],
            body: ["type": "object", "description": "As the vendor documents it.", "required": ["model"]],
            answer: ["type": "object", "description": "As the vendor documents it."], streams: true, wire: wire
        ) { request in
            try await ModelExchange(wire: wire, models: self.models, request: request).response()
        }
    }
}
