import BelayCore
import BelayJSON

/// A request in the words of chat completions.
struct OpenAIRequestMapping: Sendable {
    let model: String
    let streaming: Bool
    let variation: OpenAIVariation

    func body(of request: ModelRequest) -> JSON {
        var body: JSON.Object = ["model": .string(self.model)]
        body["messages"] = .array(self.messages(of: request))
        if !request.tools.isEmpty {
            body["tools"] = .array(request.tools.map(Self.tool))
            if request.toolChoice != .auto { body["tool_choice"] = Self.choice(request.toolChoice) }
            if let parallel = request.parallelToolCalls { body["parallel_tool_calls"] = .bool(parallel) }
        }
        if let maximum = request.maxOutputTokens { body[self.variation.maxTokensField] = JSON(maximum) }
        if let temperature = request.temperature { body["temperature"] = JSON(temperature) }
        if let topP = request.topP { body["top_p"] = JSON(topP) }
        if let seed = request.seed, self.variation.takesSeed { body["seed"] = JSON(seed) }
        if let effort = request.reasoningEffort {
            let word = JSON.string(self.variation.effort(effort.rawValue))
            body[self.variation.effortIsObject ? "reasoning" : "reasoning_effort"] =
                self.variation.effortIsObject ? ["effort": word] : word
        }
        if let user = request.endUser, let field = self.variation.userField { body[field] = .string(user) }
        if !request.stopSequences.isEmpty { body["stop"] = .array(request.stopSequences.map(JSON.string)) }
        if let schema = request.outputSchema { body["response_format"] = Self.format(schema) }
        if self.streaming {
            body["stream"] = true
            body["stream_options"] = ["include_usage": true]
        }
        return .object(body)
    }

    private func messages(of request: ModelRequest) -> [JSON] {
        var messages: [JSON] = []
        if !request.system.isEmpty { messages.append(["role": "system", "content": .string(request.system)]) }
        for message in request.messages {
            switch message.role {
            case .user: messages.append(["role": "user", "content": Self.userContent(message.content)])
            case .assistant: messages.append(self.assistantMessage(message))
            case .tool: messages += message.content.compactMap(Self.toolMessage)
            }
        }
        return messages
    }

    private func assistantMessage(_ message: Message) -> JSON {
        var body: JSON.Object = ["role": "assistant"]
        body["content"] = message.text.isEmpty ? .some(.null) : .string(message.text)
        let thoughts = message.content.compactMap(\.thought)
        if !thoughts.isEmpty { body["reasoning_content"] = .string(thoughts.joined()) }
        let calls = self.calls(of: message)
        if !calls.isEmpty { body["tool_calls"] = .array(calls) }
        return .object(body)
    }

    private func calls(of message: Message) -> [JSON] {
        var calls: [JSON] = []
        var signature: String?
        for part in message.content {
            if case .reasoning(let reasoning) = part { signature = GeminiThoughts.signature(of: reasoning) }
            guard let call = part.toolCall else { continue }
            let function: JSON = ["name": .string(call.name), "arguments": .string(call.arguments)]
            var json: JSON = ["id": .string(call.id), "type": "function", "function": function]
            if self.variation.signsToolCalls {
                json["extra_content"] = GeminiThoughts.extraContent(signature, isFirstCall: calls.isEmpty)
            }
            calls.append(json)
            signature = nil
        }
        return calls
    }

    private static func toolMessage(_ part: Content) -> JSON? {
        guard case .toolResult(let result) = part else { return nil }
        // There is no mark for an error, so the text says it.
        let content = result.isError ? "Error: \(result.content)" : result.content
        return ["role": "tool", "tool_call_id": .string(result.callID), "content": .string(content)]
    }

    private static func userContent(_ content: [Content]) -> JSON {
        // Servers that know text only accept a string and nothing else.
        let texts = content.compactMap(\.text)
        if texts.count == content.count { return .string(texts.joined()) }
        return .array(content.compactMap(Self.userPart))
    }

    private static func userPart(_ part: Content) -> JSON? {
        switch part {
        case .text(let text): ["type": "text", "text": .string(text)]
        case .image(let image): ["type": "image_url", "image_url": ["url": .string(Self.url(of: image))]]
        case .file(let file):
            [
                "type": "file",
                "file": ["filename": .string(file.name ?? "file"), "file_data": .string(Self.url(of: file))],
            ]
        case .reasoning, .toolCall, .toolResult: nil
        }
    }

    private static func url(of attachment: Attachment) -> String {
        attachment.data.map { "data:\(attachment.mediaType);base64,\($0)" } ?? attachment.url ?? ""
    }

    private static func tool(_ tool: ToolDefinition) -> JSON {
        let function: JSON = [
            "name": .string(tool.name), "description": .string(tool.description), "parameters": tool.parameters,
        ]
        return ["type": "function", "function": function]
    }

    private static func choice(_ choice: ToolChoice) -> JSON {
        switch choice {
        case .auto: "auto"
        case .none: "none"
        case .required: "required"
        case .tool(let name): ["type": "function", "function": ["name": .string(name)]]
        }
    }

    /// Not strict: that mode takes only a part of JSON Schema, and the answer is validated anyway.
    private static func format(_ schema: JSON) -> JSON {
        ["type": "json_schema", "json_schema": ["name": "answer", "schema": schema]]
    }
}

extension Content {
    /// Reasoning in words, for servers that want it back so. Signatures have no place in this protocol.
    fileprivate var thought: String? {
        guard case .reasoning(let reasoning) = self, !reasoning.text.isEmpty else { return nil }
        return reasoning.text
    }
}
