import BelayCore
import BelayJSON

/// An answer that came at once.
struct OpenAIResponseMapping: Sendable {
    let origin: String
    let errors: OpenAIErrors
    let variation: OpenAIVariation

    func answer(from body: [UInt8]) throws(ModelFailure) -> ModelAnswer {
        let json = try Self.parse(body)
        if let failure = self.errors.failure(in: json) { throw failure }
        guard let choice = json["choices"]?[0], let message = choice["message"], message.objectValue != nil else {
            throw ModelFailure(.malformedResponse, message: "the response has no choices[0].message")
        }
        let usage = OpenAIUsageMapping.usage(json["usage"], variation: self.variation) ?? .zero
        if var failure = self.errors.failure(inChoice: choice) {
            failure.usage = usage.ifReported
            throw failure
        }
        guard let finish = choice["finish_reason"]?.stringValue else {
            throw ModelFailure(
                .malformedResponse, message: "the response has no finish_reason", usage: usage.ifReported)
        }
        let responseID = json["id"]?.stringValue
        let (content, refused) = try self.content(of: message, responseID: responseID)
        let stop = OpenAIStop(finish, in: choice)
        return try Answers.checked(
            ModelAnswer(
                content: content, stopReason: refused ? .refused : stop.reason, stopSequence: stop.sequence,
                usage: usage,
                model: json["model"]?.stringValue ?? "", responseID: responseID))
    }

    static func parse(_ body: [UInt8]) throws(ModelFailure) -> JSON {
        do {
            return try JSON.parse(body)
        } catch {
            throw ModelFailure(.malformedResponse, message: "the response is not JSON: \(error.reason)")
        }
    }

    private func content(of message: JSON, responseID: String?) throws(ModelFailure) -> ([Content], refused: Bool) {
        var builder = ContentBuilder(origin: self.origin)
        builder.appendReasoning(OpenAIStop.reasoning(in: message) ?? "")
        builder.appendText(message["content"]?.stringValue ?? "")
        for (index, call) in (message["tool_calls"]?.arrayValue ?? []).enumerated() {
            guard let name = call["function"]?["name"]?.stringValue, !name.isEmpty else {
                throw ModelFailure(.malformedResponse, message: "tool call \(index) has no name")
            }
            let id = try OpenAIStop.callID(call["id"]?.stringValue, index: index, responseID: responseID)
            if let signature = GeminiThoughts.reasoningSignature(of: call) { builder.signReasoning(signature) }
            _ = builder.startToolCall(index: index, id: id, name: name)
            _ = builder.appendArguments(
                index: index, ToolArguments.text(from: call["function"]?["arguments"]))
        }
        return (builder.finished, refused: message["refusal"]?.stringValue?.isEmpty == false)
    }
}

/// What whole answers and streams have in common.
struct OpenAIStop: Sendable {
    let reason: StopReason
    let sequence: String?

    /// - Parameters:
    ///   - finish: The finish reason.
    ///   - choice: Where vLLM has the sequence in `stop_reason`; OpenAI's own protocol doesn't tell.
    init(_ finish: String, in choice: JSON) {
        self.sequence = finish == "stop" ? choice["stop_reason"]?.stringValue : nil
        self.reason =
            switch finish {
            case "stop": self.sequence == nil ? .endTurn : .stopSequence
            case "tool_calls", "function_call": .toolUse
            case "length": .maxTokens
            // Gemini says why, too: "content_filter: SAFETY".
            case _ where finish.hasPrefix("content_filter"): .refused
            default: .other
            }
    }

    /// Not part of OpenAI's own protocol; DeepSeek and vLLM use the first name, OpenRouter the second.
    static func reasoning(in message: JSON) -> String? {
        ["reasoning_content", "reasoning"].lazy.compactMap { message[$0]?.stringValue }.first { !$0.isEmpty }
    }

    /// Servers that give a tool call no id: one is made that is the same whether the answer is streamed or not.
    static func callID(_ id: String?, index: Int, responseID: String?) throws(ModelFailure) -> String {
        if let id, !id.isEmpty { return id }
        guard let responseID, !responseID.isEmpty else {
            throw ModelFailure(.malformedResponse, message: "tool call \(index) has no id, nor has the response")
        }
        return "call_\(responseID)_\(index)"
    }
}
