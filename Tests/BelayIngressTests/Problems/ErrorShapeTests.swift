import BelayCore
import BelayJSON
import Testing

@testable import BelayIngress

struct ErrorShapeTests {
    private let path = ParameterPath(.key("messages"), .index(3), .key("content"))

    @Test func openAINamesTheParameterApart() throws {
        let reply = OpenAIErrorShape.reply(to: IngressProblem(.wrongType, at: self.path, "expected a string."))
        #expect(reply.status == 400)
        let expected: JSON = [
            "error": [
                "message": "Invalid 'messages[3].content': expected a string.", "type": "invalid_request_error",
                "param": "messages[3].content", "code": "invalid_type",
            ]
        ]
        #expect(try JSON.parse(reply.body) == expected)
    }

    @Test func anthropicNamesTheParameterInTheMessage() throws {
        let reply = AnthropicErrorShape.reply(
            to: IngressProblem(.wrongType, at: self.path, "expected a string."), requestID: "req_1")
        #expect(reply.status == 400)
        let expected: JSON = [
            "type": "error",
            "error": ["type": "invalid_request_error", "message": "messages.3.content: expected a string."],
            "request_id": "req_1",
        ]
        #expect(try JSON.parse(reply.body) == expected)
    }

    @Test func aWaitIsSaidInSecondsAndInMilliseconds() {
        let problem = IngressProblem(.rateLimited, "Slow down.", retryAfter: .milliseconds(1_200))
        for wire in IngressProtocol.allCases {
            let reply = wire.reply(to: problem)
            #expect(reply.status == 429)
            #expect(reply.headers.first { $0.name == "retry-after" }?.value == "2")
            #expect(reply.headers.first { $0.name == "retry-after-ms" }?.value == "1200")
        }
    }

    /// What was tried on every path here, clients should not try again at once.
    @Test func clientsAreToldNotToMultiplyRetries() {
        let failure = ModelCallFailure(
            failure: ModelFailure(.network, message: "reset"), attempts: [], userMessage: "Sorry.")
        let reply = IngressProtocol.chatCompletions.reply(to: IngressProblem(failure))
        #expect(reply.status == 502)
        #expect(reply.headers == [ErrorReply.Header(name: "x-should-retry", value: "false")])
    }

    /// Of every failure of a model, what the two kinds of clients get.
    @Test(
        arguments: [
            (ModelFailure.Kind.rateLimited, 429, "rate_limit_exceeded", 429, "rate_limit_error"),
            (.overloaded, 503, "server_error", 529, "overloaded_error"),
            (.serverError, 502, "server_error", 502, "api_error"), (.network, 502, "server_error", 502, "api_error"),
            (.connectTimeout, 504, "server_error", 504, "timeout_error"),
            (.responseTimeout, 504, "server_error", 504, "timeout_error"),
            (.firstTokenTimeout, 504, "server_error", 504, "timeout_error"),
            (.stallTimeout, 504, "server_error", 504, "timeout_error"),
            (.totalTimeout, 504, "server_error", 504, "timeout_error"),
            (.emptyResponse, 502, "server_error", 502, "api_error"),
            (.malformedResponse, 502, "server_error", 502, "api_error"),
            (.cutStream, 502, "server_error", 502, "api_error"),
            (.badRequest, 400, nil, 400, "invalid_request_error"),
            (.authentication, 502, "server_error", 502, "api_error"),
            (.quotaExhausted, 502, "server_error", 502, "api_error"),
            (.notFound, 404, "model_not_found", 404, "not_found_error"),
            (.contextTooLong, 400, "context_length_exceeded", 400, "invalid_request_error"),
            (.contentFiltered, 400, "content_filter", 400, "invalid_request_error"),
            (.circuitOpen, 503, "server_error", 529, "overloaded_error"),
            (.throttled, 429, "rate_limit_exceeded", 429, "rate_limit_error"),
            (.cancelled, 499, "server_error", 499, "api_error"),
        ] as [(ModelFailure.Kind, Int, String?, Int, String)])
    func failuresOfModels(
        kind: ModelFailure.Kind, openAIStatus: Int, code: String?, anthropicStatus: Int, type: String
    ) throws {
        let problem = IngressProblem(ModelFailure(kind, status: 418, message: "why"))
        let openAI = IngressProtocol.responses.reply(to: problem)
        #expect(openAI.status == openAIStatus)
        #expect(try JSON.parse(openAI.body)["error"]?["code"] == (code.map(JSON.string) ?? .null))
        let anthropic = IngressProtocol.messages.reply(to: problem)
        #expect(anthropic.status == anthropicStatus)
        #expect(try JSON.parse(anthropic.body)["error"]?["type"] == .string(type))
    }

    /// That this server's key is refused is nothing that a client could mend, and no news for it.
    @Test func aRefusedKeyOfOursIsNotTheClients() throws {
        let problem = IngressProblem(ModelFailure(.authentication, message: "HTTP 401 (bad key)"))
        #expect(!problem.message.contains("bad key"))
    }

    @Test(arguments: IngressProtocol.allCases) func everyKindHasAStatusOfAnError(wire: IngressProtocol) throws {
        for kind in IngressProblem.Kind.allCases {
            let reply = wire.reply(to: IngressProblem(kind, "why"), requestID: "r")
            #expect((400...599).contains(reply.status))
            #expect(try JSON.parse(reply.body)["error"]?["message"] == "why")
        }
    }
}
