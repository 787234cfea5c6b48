import BelayCore
import BelayJSON

/// A request in the words of Anthropic's messages.
struct AnthropicRequestMapping: Sendable {
    let model: String
    let streaming: Bool

    func body(of request: ModelRequest) -> JSON {
        var body: JSON.Object = ["model": .string(self.model)]
        if let maximum = request.maxOutputTokens { body["max_tokens"] = JSON(maximum) }
        if !request.system.isEmpty { body["system"] = .string(request.system) }
        body["messages"] = .array(Self.messages(of: request))
        if !request.tools.isEmpty {
            body["tools"] = .array(request.tools.map(Self.tool))
            if let choice = Self.choice(request) { body["tool_choice"] = choice }
        }
        if let temperature = request.temperature { body["temperature"] = JSON(temperature) }
        if let topP = request.topP { body["top_p"] = JSON(topP) }
        if request.reasoningEffort == .off { body["thinking"] = ["type": "disabled"] }
        if let config = Self.outputConfig(of: request) { body["output_config"] = config }
        if let user = request.endUser { body["metadata"] = ["user_id": .string(user)] }
        if !request.stopSequences.isEmpty { body["stop_sequences"] = .array(request.stopSequences.map(JSON.string)) }
        if self.streaming { body["stream"] = true }
        return .object(body)
    }

    /// The user and the tools speak with one role here. All results of one turn have to be in one message, before any
    /// text, so neighbours of that role become one.
    private static func messages(of request: ModelRequest) -> [JSON] {
        var messages: [(role: String, blocks: [JSON])] = []
        for message in request.messages {
            let role = message.role == .assistant ? "assistant" : "user"
            let blocks = message.content.compactMap(Self.block)
            guard !blocks.isEmpty else { continue }
            if messages.last?.role == role {
                messages[messages.count - 1].blocks += blocks
            } else {
                messages.append((role, blocks))
            }
        }
        return messages.map { ["role": .string($0.role), "content": .array($0.blocks)] }
    }

    private static func block(of part: Content) -> JSON? {
        switch part {
        // Empty text is refused, and so is text of white space only.
        case .text(let text):
            text.allSatisfy(\.isWhitespace) ? nil : ["type": "text", "text": .string(text)]
        case .reasoning(let reasoning): AnthropicReasoning.block(of: reasoning)
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

    /// Parallel calls are a part of the choice here; a model that may call nothing has no such part.
    private static func choice(_ request: ModelRequest) -> JSON? {
        guard let parallel = request.parallelToolCalls, request.toolChoice != .none else {
            return request.toolChoice == .auto ? nil : Self.choice(request.toolChoice)
        }
        var choice = Self.choice(request.toolChoice)
        choice["disable_parallel_tool_use"] = .bool(!parallel)
        return choice
    }

    private static func choice(_ choice: ToolChoice) -> JSON {
        switch choice {
        case .auto: ["type": "auto"]
        case .none: ["type": "none"]
        case .required: ["type": "any"]
        case .tool(let name): ["type": "tool", "name": .string(name)]
        }
    }

    private static func outputConfig(of request: ModelRequest) -> JSON? {
        var config: JSON.Object = [:]
        if let effort = request.reasoningEffort, effort != .off {
            // `low` is the least that this vendor knows besides no thinking.
            config["effort"] = .string(effort == .minimal ? "low" : effort.rawValue)
        }
        if let schema = request.outputSchema { config["format"] = ["type": "json_schema", "schema": schema] }
        return config.isEmpty ? nil : .object(config)
    }
}
