import BelayCore
import BelayJSON

/// A request in the words of OpenAI's responses: a list of items in place of messages, and nothing kept by the vendor.
struct OpenAIResponsesRequestMapping: Sendable {
    /// OpenAI refuses a smaller limit.
    private static let leastOutputTokens = 16

    let model: String
    let streaming: Bool
    /// OpenAI itself has renamed a field that other servers still know by its old name.
    let isVendor: Bool
    /// The model's thoughts are asked for in the encrypted form, in which they can be sent back.
    let keepsReasoning: Bool

    func body(of request: ModelRequest) -> JSON {
        var body: JSON.Object = ["model": .string(self.model)]
        if !request.system.isEmpty { body["instructions"] = .string(request.system) }
        body["input"] = .array(request.messages.flatMap(Self.items))
        if !request.tools.isEmpty {
            body["tools"] = .array(request.tools.map(Self.tool))
            if request.toolChoice != .auto { body["tool_choice"] = Self.choice(request.toolChoice) }
            if let parallel = request.parallelToolCalls { body["parallel_tool_calls"] = .bool(parallel) }
        }
        if let maximum = request.maxOutputTokens {
            body["max_output_tokens"] = JSON(max(Self.leastOutputTokens, maximum))
        }
        if let temperature = request.temperature { body["temperature"] = JSON(temperature) }
        if let topP = request.topP { body["top_p"] = JSON(topP) }
        if let effort = request.reasoningEffort { body["reasoning"] = ["effort": .string(effort.rawValue)] }
        if let user = request.endUser { body[self.isVendor ? "safety_identifier" : "user"] = .string(user) }
        if let schema = request.outputSchema { body["text"] = ["format": Self.format(schema)] }
        body["store"] = false
        if self.keepsReasoning { body["include"] = ["reasoning.encrypted_content"] }
        if self.streaming { body["stream"] = true }
        return .object(body)
    }

    /// What one message is here: its text in one item, its calls, results and thoughts in items of their own, in order.
    private static func items(of message: Message) -> [JSON] {
        switch message.role {
        case .user: [["type": "message", "role": "user", "content": .array(message.content.compactMap(Self.part))]]
        case .assistant, .tool: message.content.compactMap(Self.item)
        }
    }

    private static func item(of part: Content) -> JSON? {
        switch part {
        case .text(let text): ["type": "message", "role": "assistant", "content": .string(text)]
        case .reasoning(let reasoning): Self.item(of: reasoning)
        case .toolCall(let call):
            [
                "type": "function_call", "call_id": .string(call.id), "name": .string(call.name),
                "arguments": .string(call.arguments),
            ]
        case .toolResult(let result):
            [
                "type": "function_call_output", "call_id": .string(result.callID),
                // There is no mark for an error, so the text says it.
                "output": .string(result.isError ? "Error: \(result.content)" : result.content),
            ]
        case .image, .file: nil  // Only users send these.
        }
    }

    /// Without an id, by which the vendor would look for an item that it wasn't allowed to store.
    private static func item(of reasoning: Reasoning) -> JSON? {
        guard let content = reasoning.signature else { return nil }
        let summary: [JSON] =
            reasoning.text.isEmpty ? [] : [["type": "summary_text", "text": .string(reasoning.text)]]
        return ["type": "reasoning", "summary": .array(summary), "encrypted_content": .string(content)]
    }

    private static func part(_ part: Content) -> JSON? {
        switch part {
        case .text(let text): return ["type": "input_text", "text": .string(text)]
        case .image(let image):
            return ["type": "input_image", "image_url": .string(Self.url(of: image))]
        case .file(let file):
            if file.data == nil, let url = file.url { return ["type": "input_file", "file_url": .string(url)] }
            return [
                "type": "input_file", "filename": .string(file.name ?? "file"),
                "file_data": .string(Self.url(of: file)),
            ]
        case .reasoning, .toolCall, .toolResult: return nil
        }
    }

    private static func url(of attachment: Attachment) -> String {
        attachment.data.map { "data:\(attachment.mediaType);base64,\($0)" } ?? attachment.url ?? ""
    }

    /// Not strict, as tools are unless they say so: that mode takes only a part of JSON Schema.
    private static func tool(_ tool: ToolDefinition) -> JSON {
        [
            "type": "function", "name": .string(tool.name), "description": .string(tool.description),
            "parameters": tool.parameters, "strict": false,
        ]
    }

    private static func choice(_ choice: ToolChoice) -> JSON {
        switch choice {
        case .auto: "auto"
        case .none: "none"
        case .required: "required"
        case .tool(let name): ["type": "function", "name": .string(name)]
        }
    }

    private static func format(_ schema: JSON) -> JSON {
        ["type": "json_schema", "name": "answer", "schema": schema, "strict": false]
    }
}
