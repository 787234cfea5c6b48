import BelayCore
import BelayJSON

/// An answer that came at once.
struct OpenAIResponsesMapping: Sendable {
    let origin: String
    let errors: OpenAIErrors

    func answer(from body: [UInt8]) throws(ModelFailure) -> ModelAnswer {
        let json = try OpenAIResponseMapping.parse(body)
        let usage = OpenAIResponsesUsageMapping.usage(json["usage"]) ?? .zero
        do throws(ModelFailure) {
            if json["status"] == nil, let failure = self.errors.failure(in: json) { throw failure }
            return try self.answer(from: json, usage: usage)
        } catch {
            var failure = error
            failure.usage = failure.usage ?? usage.ifReported
            throw failure
        }
    }

    private func answer(from json: JSON, usage: Usage) throws(ModelFailure) -> ModelAnswer {
        let items = json["output"]?.arrayValue
        let hasRefusal = items?.contains { Self.parts(of: $0).contains { Self.isRefusal($0) } } ?? false
        let reason = try OpenAIResponsesStatus.reason(of: json, hasRefusal: hasRefusal, errors: self.errors)
        guard let items else { throw ModelFailure(.malformedResponse, message: "the response has no output") }
        var builder = ContentBuilder(origin: self.origin)
        var calls = 0
        for item in items { try self.add(item, to: &builder, calls: &calls) }
        return try Answers.checked(
            ModelAnswer(
                content: builder.finished, stopReason: Answers.stopReason(reason, hasToolCalls: builder.hasToolCalls),
                usage: usage, model: json["model"]?.stringValue ?? "", responseID: json["id"]?.stringValue))
    }

    private func add(_ item: JSON, to builder: inout ContentBuilder, calls: inout Int) throws(ModelFailure) {
        switch item["type"]?.stringValue {
        case "message":
            for part in Self.parts(of: item) { builder.appendText(part["text"]?.stringValue ?? "") }
        case "reasoning":
            builder.appendReasoning(OpenAIResponsesStatus.thoughts(of: item).joined(separator: "\n\n"))
            builder.signReasoning(item["encrypted_content"]?.stringValue ?? "")
        case "function_call":
            guard let id = item["call_id"]?.stringValue, let name = item["name"]?.stringValue, !id.isEmpty,
                !name.isEmpty
            else { throw ModelFailure(.malformedResponse, message: "function call \(calls) has no id or no name") }
            _ = builder.startToolCall(index: calls, id: id, name: name)
            _ = builder.appendArguments(index: calls, item["arguments"]?.stringValue ?? "")
            calls += 1
        default:
            guard let call = OpenAIResponsesStatus.otherCall(item) else { return }
            _ = builder.startToolCall(index: calls, id: call.id, name: call.name)
            _ = builder.appendArguments(index: calls, item["input"]?.stringValue ?? "")
            calls += 1
        }
    }

    private static func parts(of item: JSON) -> [JSON] {
        item["type"]?.stringValue == "message" ? item["content"]?.arrayValue ?? [] : []
    }

    private static func isRefusal(_ part: JSON) -> Bool { part["type"]?.stringValue == "refusal" }
}
