import BelayCore
import BelayHTTP
import BelayJSON
import Testing

@testable import BelayModels

struct ProviderErrorTests {
    private func failure(
        _ kind: ProviderSettings.Kind, _ status: Int, _ body: JSON?, headers: HTTPHeaderFields = [:]
    ) -> ModelFailure {
        Samples.provider("p", kind: kind, key: "sk-secret-of-the-test").makeProvider().failure(
            status: status, headers: headers, body: body?.bytes() ?? Array("<html>".utf8),
            now: Timestamp(milliseconds: 0))
    }

    private func openAI(_ type: String, code: String? = nil, _ message: String = "no") -> JSON {
        ["error": ["message": .string(message), "type": .string(type), "code": code.map(JSON.string) ?? .null]]
    }

    private func anthropic(_ type: String, _ message: String = "no") -> JSON {
        ["type": "error", "error": ["type": .string(type), "message": .string(message)]]
    }

    @Test(
        arguments: [
            (301, .notFound), (400, .badRequest), (401, .authentication), (402, .quotaExhausted),
            (403, .authentication),
            (404, .notFound), (408, .serverError), (409, .serverError), (413, .contextTooLong), (418, .badRequest),
            (422, .badRequest), (429, .rateLimited), (500, .serverError), (502, .serverError), (503, .overloaded),
            (504, .serverError), (529, .overloaded),
        ] as [(Int, ModelFailure.Kind)])
    func aStatusAloneSaysWhatItMeans(status: Int, kind: ModelFailure.Kind) {
        for provider in ProviderSettings.Kind.allCases {
            let failure = self.failure(provider, status, nil)
            #expect(failure.kind == kind)
            #expect(failure.status == status)
        }
    }

    @Test func openAIsWordsSayMoreThanTheStatus() {
        let tooLong = self.openAI("invalid_request_error", code: "context_length_exceeded")
        #expect(self.failure(.openAI, 400, tooLong).kind == .contextTooLong)
        let words = self.openAI("BadRequestError", "This model's maximum context length is 4096 tokens.")
        #expect(self.failure(.openAI, 400, words).kind == .contextTooLong)
        let filtered = self.openAI("invalid_request_error", code: "content_filter")
        #expect(self.failure(.openAI, 400, filtered).kind == .contentFiltered)
        let spent = self.openAI("insufficient_quota", code: "insufficient_quota")
        #expect(self.failure(.openAI, 429, spent).kind == .quotaExhausted)
        #expect(self.failure(.openAI, 400, self.openAI("invalid_request_error")).kind == .badRequest)
    }

    @Test func anthropicsWordsSayMoreThanTheStatus() {
        let tooLong = self.anthropic("invalid_request_error", "prompt is too long: 210000 tokens > 200000 maximum")
        #expect(self.failure(.anthropic, 400, tooLong).kind == .contextTooLong)
        let spent = self.anthropic("invalid_request_error", "Your credit balance is too low")
        #expect(self.failure(.anthropic, 400, spent).kind == .quotaExhausted)
        #expect(self.failure(.anthropic, 529, self.anthropic("overloaded_error")).kind == .overloaded)
        #expect(self.failure(.anthropic, 500, self.anthropic("api_error")).kind == .serverError)
        #expect(self.failure(.anthropic, 400, self.anthropic("invalid_request_error")).kind == .badRequest)
    }

    @Test func theWaitThatIsAskedForIsKept() {
        let failure = self.failure(.anthropic, 429, self.anthropic("rate_limit_error"), headers: ["retry-after": "7"])
        #expect(failure.retryAfter == .seconds(7))
    }

    @Test func noKeyIsInAMessage() {
        let message = "Incorrect API key provided: sk-secr*****test. Yours is sk-secret-of-the-test.\nSee the docs."
        let unauthorized = self.failure(.openAI, 401, self.openAI("x", code: "invalid_api_key", message))
        #expect(unauthorized.message == "HTTP 401 (invalid_api_key)")
        let bad = self.failure(.openAI, 400, self.openAI("invalid_request_error", message)).message
        #expect(!bad.contains("secr"))
        #expect(!bad.contains("\n"))
    }

    @Test func aRedirectSaysWhatToDo() {
        #expect(self.failure(.openAI, 308, nil).message.hasSuffix("check the base URL"))
    }

    @Test func aLongMessageIsCut() {
        let long = self.openAI("invalid_request_error", String(repeating: "x", count: 10_000))
        #expect(self.failure(.openAI, 400, long).message.count <= 301)
    }

    @Test(
        arguments: [
            (["error": ["message": "busy", "code": 429]], .rateLimited), (["error": ["message": "busy"]], .serverError),
            (["error": ["type": "server_error", "message": "x"]], .serverError),
            (["error": "out of memory"], .serverError),
            (["error": ["code": "rate_limit_exceeded"]], .rateLimited), (["choices": []], .malformedResponse),
            ([:], .malformedResponse), ([1], .malformedResponse), ("text", .malformedResponse),
            (["choices": [["message": ["content": "a"]]]], .malformedResponse),
            (["choices": [["message": ["content": ""], "finish_reason": "stop"]]], .emptyResponse),
            (["choices": [["message": ["content": nil], "finish_reason": "stop"]]], .emptyResponse),
            (["choices": [["message": ["content": " \n"], "finish_reason": "length"]]], .emptyResponse),
            (["choices": [["message": ["content": "a"], "finish_reason": "content_filter"]]], .contentFiltered),
            (["choices": [["message": ["refusal": "I can't"], "finish_reason": "stop"]]], .contentFiltered),
            (["choices": [["message": ["tool_calls": [["id": "1"]]], "finish_reason": "stop"]]], .malformedResponse),
        ] as [(JSON, ModelFailure.Kind)])
    func aSuccessOfOpenAIThatIsNone(body: JSON, kind: ModelFailure.Kind) {
        let failure = #expect(throws: ModelFailure.self) {
            try Samples.provider().makeProvider().answer(from: body.bytes())
        }
        #expect(failure?.kind == kind)
    }

    @Test(
        arguments: [
            (["type": "error", "error": ["type": "overloaded_error", "message": "x"]], .overloaded),
            (["type": "error"], .serverError), ([:], .malformedResponse), (["content": []], .malformedResponse),
            (["content": [], "stop_reason": "end_turn"], .emptyResponse),
            (["content": [["type": "text", "text": ""]], "stop_reason": "end_turn"], .emptyResponse),
            (["content": [["type": "thinking", "thinking": "hm"]], "stop_reason": "max_tokens"], .emptyResponse),
            (["content": [["type": "text", "text": "a"]], "stop_reason": "refusal"], .contentFiltered),
            (["content": [["type": "tool_use", "name": "x"]], "stop_reason": "tool_use"], .malformedResponse),
        ] as [(JSON, ModelFailure.Kind)])
    func aSuccessOfAnthropicThatIsNone(body: JSON, kind: ModelFailure.Kind) {
        let failure = #expect(throws: ModelFailure.self) {
            try Samples.provider(kind: .anthropic).makeProvider().answer(from: body.bytes())
        }
        #expect(failure?.kind == kind)
    }
}
