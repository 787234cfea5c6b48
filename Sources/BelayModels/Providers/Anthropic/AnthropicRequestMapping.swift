import BelayCore
import BelayJSON

/// A request in the words of Anthropic's messages.
struct AnthropicRequestMapping: Sendable {
    let model: String
    let streaming: Bool
    /// The provider's name: only its own reasoning goes back to it.
    let origin: String
    let defaultMaxOutputTokens: Int

    func body(of request: ModelRequest) -> JSON {
        var body: JSON.Object = ["model": .string(self.model)]
        body["max_tokens"] = JSON(request.maxOutputTokens ?? self.defaultMaxOutputTokens)
        let system = Self.system(of: request)
        if !system.isEmpty { body["system"] = .string(system) }
        body["messages"] = .array(self.messages(of: request))
        if !request.tools.isEmpty {
            body["tools"] = .array(request.tools.map(Self.tool))
            if request.toolChoice != .auto { body["tool_choice"] = Self.choice(request.toolChoice) }
        }
        // Its scale ends at 1.
        if let temperature = request.temperature { body["temperature"] = JSON(min(1, temperature)) }
        if !request.stopSequences.isEmpty { body["stop_sequences"] = .array(request.stopSequences.map(JSON.string)) }
        if self.streaming { body["stream"] = true }
        return .object(body)
    }

    private static func system(of request: ModelRequest) -> String {
        guard let schema = request.outputSchema else { return request.system }
        let instruction = """
            Answer with one JSON value and nothing else: no explanation, no code fence. It has to be valid by this \
            JSON Schema: \(schema.serialized())
            """
        return request.system.isEmpty ? instruction : request.system + "\n\n" + instruction
    }

    /// The user and the tools speak with one role here. All results of one turn have to be in one message, before any
    /// text, so neighbours of that role become one.
    private func messages(of request: ModelRequest) -> [JSON] {
        var messages: [(role: String, blocks: [JSON])] = []
        for message in request.messages {
            let role = message.role == .assistant ? "assistant" : "user"
            let blocks = message.content.compactMap(self.block)
            guard !blocks.isEmpty else { continue }
            if messages.last?.role == role {
                messages[messages.count - 1].blocks += blocks
            } else {
                messages.append((role, blocks))
            }
        }
        return messages.map { ["role": .string($0.role), "content": .array($0.blocks)] }
    }

    private func block(of part: Content) -> JSON? {
        switch part {
        // Empty text is refused, and so is text of white space only.
        case .text(let text):
            text.allSatisfy(\.isWhitespace) ? nil : ["type": "text", "text": .string(text)]
        case .reasoning(let reasoning):
            reasoning.origin == self.origin ? AnthropicReasoning.block(of: reasoning) : nil
        case .toolCall(let call):
            [
                "type": "tool_use", "id": .string(call.id), "name": .string(call.name),
                "input": ToolArguments.object(from: call.arguments),
            ]
        case .toolResult(let result): Self.block(of: result)
        case .image(let image): ["type": "image", "source": Self.source(of: image)]
        case .file(let file): ["type": "document", "source": Self.source(of: file)]
        }
    }

    private static func block(of result: ToolResult) -> JSON {
        var block: JSON = ["type": "tool_result", "tool_use_id": .string(result.callID)]
        if !result.content.isEmpty { block["content"] = .string(result.content) }
        if result.isError { block["is_error"] = true }
        return block
    }

    private static func source(of attachment: Attachment) -> JSON {
        guard let data = attachment.data else { return ["type": "url", "url": .string(attachment.url ?? "")] }
        return ["type": "base64", "media_type": .string(attachment.mediaType), "data": .string(data)]
    }

    private static func tool(_ tool: ToolDefinition) -> JSON {
        ["name": .string(tool.name), "description": .string(tool.description), "input_schema": tool.parameters]
    }

    private static func choice(_ choice: ToolChoice) -> JSON {
        switch choice {
        case .auto: ["type": "auto"]
        case .none: ["type": "none"]
        case .required: ["type": "any"]
        case .tool(let name): ["type": "tool", "name": .string(name)]
        }
    }
}
