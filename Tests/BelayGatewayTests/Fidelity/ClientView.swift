import BelayCore
import BelayIngress
import BelayJSON
import BelayModels
import BelayTesting

/// What a client gets to know of an answer, as one value: JSON, whose strings are equal by code points.
///
/// `expected` is the whole mapping of what a vendor said to what the protocol of another vendor's client can carry.
/// docs/gateway.md says it in words.
enum ClientView {
    /// What a client has read.
    ///
    /// - Parameter isProjected: Whether only the order within each kind of part counts.
    static func seen(_ answer: ModelAnswer, isProjected: Bool) -> JSON {
        let parts = answer.content.map { part -> JSON in
            switch part {
            case .text(let text): ["text": .string(text)]
            case .reasoning(let reasoning):
                if let data = reasoning.redactedData {
                    ["redacted": .string(data)]
                } else {
                    Self.thinking(reasoning.text, reasoning.signature)
                }
            case .toolCall(let call): Self.call(call.id, call.name, call.arguments)
            case .toolResult, .image, .file: .null
            }
        }
        return self.view(
            isProjected ? self.joined(parts) : parts, answer.stopReason, answer.stopSequence, answer.usage)
    }

    private static func view(_ parts: [JSON], _ stop: StopReason, _ sequence: String?, _ usage: Usage) -> JSON {
        [
            "parts": .array(parts), "stop": .string(stop.rawValue),
            "sequence": sequence.map(JSON.string) ?? .null,
            "usage": [
                JSON(usage.freshInput), JSON(usage.cacheRead), JSON(usage.cacheWrite), JSON(usage.output),
                JSON(usage.reasoning),
            ],
        ]
    }

    static func expected(
        _ sample: FidelityCase, by wire: IngressProtocol, streamed: Bool, hidesUsage: Bool
    ) -> JSON {
        let answer = sample.answer
        var calls = 0
        var parts: [JSON] = []
        for part in answer.parts {
            guard case .call(let id, let name, let arguments) = part else {
                parts.append(self.part(part))
                continue
            }
            let callID = id.isEmpty ? "call_chatcmpl-9_\(calls)" : id
            calls += 1
            parts.append(self.call(callID, name, streamed ? arguments : self.rewritten(arguments, sample, wire)))
        }
        let stop = self.stop(answer, wire)
        if wire == .chatCompletions || self.isProjected(sample) {
            parts = self.joined(parts)
        } else {
            parts = self.merged(parts).map { self.marked($0, by: sample.kind) }
        }
        return self.view(
            parts, stop, stop == .stopSequence ? answer.stopSequence : nil, hidesUsage ? .zero : answer.usage)
    }

    /// A client gets signatures, and what it can't read, with the name of whoever wrote them.
    private static func marked(_ part: JSON, by kind: ProviderSettings.Kind) -> JSON {
        let mark = "belay:\(kind.rawValue)/"
        if let data = part["redacted"]?.stringValue { return ["redacted": .string(mark + data)] }
        guard let text = part["thinking"]?.stringValue else { return part }
        return self.thinking(text, part["signature"]?.stringValue.map { mark + $0 })
    }

    /// A stream of chat completions tells in which order texts and calls came; the whole body doesn't.
    static func isProjected(_ sample: FidelityCase) -> Bool { sample.answer.style.isMixed }

    private static func part(_ part: GeneratedAnswer.Part) -> JSON {
        switch part {
        case .text(let text): ["text": .string(text)]
        case .thinking(let text, let signature): self.thinking(text, signature)
        case .redacted(let data): ["redacted": .string(data)]
        case .call(let id, let name, let arguments): self.call(id, name, arguments)
        }
    }

    private static func thinking(_ text: String, _ signature: String?) -> JSON {
        ["thinking": .string(text), "signature": signature.map(JSON.string) ?? .null]
    }

    private static func call(_ id: String, _ name: String, _ arguments: String) -> JSON {
        ["call": .string(id), "name": .string(name), "arguments": .string(arguments)]
    }

    /// Arguments that came as JSON, or leave as JSON, are compact text in the end. What is no object can't leave as one.
    private static func rewritten(_ arguments: String, _ sample: FidelityCase, _ wire: IngressProtocol) -> String {
        guard sample.kind == .anthropic || wire == .messages else { return arguments }
        if let json = try? JSON.parse(arguments), json.objectValue != nil { return json.serialized() }
        return JSON.object(["invalid_json": .string(arguments)]).serialized()
    }

    /// One reasoning without a signature, one text, the calls.
    private static func joined(_ parts: [JSON]) -> [JSON] {
        let thinking = parts.compactMap { $0["thinking"]?.stringValue }.joined()
        let text = parts.compactMap { $0["text"]?.stringValue }.joined()
        return (thinking.isEmpty ? [] : [self.thinking(thinking, nil)])
            + (text.isEmpty ? [] : [["text": .string(text)]]) + parts.filter { $0["call"] != nil }
    }

    /// Neighbouring texts are one, and reasoning goes on until it is signed.
    private static func merged(_ parts: [JSON]) -> [JSON] {
        var merged: [JSON] = []
        for part in parts {
            if let text = part["text"]?.stringValue, let last = merged.last?["text"]?.stringValue {
                merged[merged.count - 1]["text"] = .string(last + text)
            } else if let text = part["thinking"]?.stringValue, merged.last?["signature"]?.isNull == true,
                let last = merged.last?["thinking"]?.stringValue
            {
                merged[merged.count - 1] = self.thinking(last + text, part["signature"]?.stringValue)
            } else {
                merged.append(part)
            }
        }
        return merged
    }

    /// The calls are believed more than the word for the end.
    private static func stop(_ answer: GeneratedAnswer, _ wire: IngressProtocol) -> StopReason {
        if answer.stop == .maxTokens { return .maxTokens }
        if !answer.calls.isEmpty { return .toolUse }
        return answer.stop == .stopSequence && wire == .messages ? .stopSequence : .endTurn
    }
}

extension ProviderSettings.Kind {
    /// Whether its answers go to clients of this protocol as they are.
    func speaks(_ wire: IngressProtocol) -> Bool {
        switch self {
        case .openAI, .azure, .openRouter, .gemini: wire == .chatCompletions
        case .openAIResponses: wire == .responses
        case .anthropic: wire == .messages
        }
    }
}
