import BelayJSON

extension AnthropicFormat {
    func conversation(from body: JSON) throws(ProviderProblem) -> Conversation {
        guard let model = body["model"]?.stringValue, !model.isEmpty else { throw .invalid("Field required", "model") }
        guard let maximum = body["max_tokens"]?.intValue else { throw .invalid("Field required", "max_tokens") }
        guard maximum >= 1 else { throw .invalid("must be at least 1", "max_tokens") }
        guard let messages = body["messages"]?.arrayValue else { throw .invalid("Field required", "messages") }
        guard !messages.isEmpty else { throw .invalid("at least one message is required", "messages") }
        var conversation = Conversation(
            wire: .anthropic, model: model, streams: body["stream"]?.boolValue ?? false,
            system: try Self.text(of: body["system"], at: "system"), entries: [])
        conversation.maximumOutputTokens = maximum
        try Self.read(messages, into: &conversation)
        conversation.tools = try Self.tools(in: body)
        conversation.toolChoice = try Self.toolChoice(in: body)
        conversation.answerSchema = body["output_format"]?["schema"] ?? body["output_config"]?["format"]?["schema"]
        conversation.nameResults()
        return conversation
    }

    private static func read(_ messages: [JSON], into conversation: inout Conversation) throws(ProviderProblem) {
        var open: Set<String> = []
        for (index, message) in messages.enumerated() {
            let place = "messages.\(index)"
            let blocks = try Self.blocks(of: message["content"], at: "\(place).content")
            switch message["role"]?.stringValue {
            case "user":
                let results = try Self.results(in: blocks, at: place, open: &open)
                try Self.requireAnswered(open, at: place)
                conversation.entries += results
                let text = Self.text(in: blocks)
                if results.isEmpty || !text.isEmpty { conversation.entries.append(.init(role: .user, text: text)) }
            case "assistant":
                try Self.requireAnswered(open, at: place)
                let calls = try Self.calls(in: blocks, at: place)
                open = Set(calls.map(\.id))
                conversation.entries.append(.init(role: .assistant, text: Self.text(in: blocks), calls: calls))
            default:
                throw .invalid("must be 'user' or 'assistant'; instructions go into 'system'", "\(place).role")
            }
        }
        try Self.requireAnswered(open, at: "messages.\(messages.count)")
    }

    private static func requireAnswered(_ open: Set<String>, at place: String) throws(ProviderProblem) {
        guard open.isEmpty else {
            let ids = open.sorted().joined(separator: ", ")
            throw .invalid("`tool_use` ids without `tool_result` blocks in the next message: \(ids)", place)
        }
    }

    private static func blocks(of content: JSON?, at place: String) throws(ProviderProblem) -> [JSON] {
        switch content {
        case .string(let text): return [["type": "text", "text": .string(text)]]
        case .array(let blocks): return blocks
        default: throw .invalid("must be a string or a list of content blocks", place)
        }
    }

    private static func text(of content: JSON?, at place: String) throws(ProviderProblem) -> String {
        guard let content, !content.isNull else { return "" }
        return Self.text(in: try Self.blocks(of: content, at: place))
    }

    private static func text(in blocks: [JSON]) -> String {
        blocks.compactMap { $0["text"]?.stringValue }.joined(separator: "\n")
    }

    private static func calls(in blocks: [JSON], at place: String) throws(ProviderProblem) -> [Conversation.Call] {
        var calls: [Conversation.Call] = []
        for block in blocks where block["type"]?.stringValue == "tool_use" {
            guard let id = block["id"]?.stringValue, let name = block["name"]?.stringValue else {
                throw .invalid("a tool_use block needs 'id' and 'name'", "\(place).content")
            }
            guard block["input"]?.objectValue != nil else {
                throw .invalid("tool_use.input must be an object", "\(place).content")
            }
            calls.append(.init(id: id, name: name))
        }
        return calls
    }

    private static func results(
        in blocks: [JSON], at place: String, open: inout Set<String>
    ) throws(ProviderProblem) -> [Conversation.Entry] {
        var results: [Conversation.Entry] = []
        for block in blocks where block["type"]?.stringValue == "tool_result" {
            guard let id = block["tool_use_id"]?.stringValue, open.remove(id) != nil else {
                throw .invalid(
                    "a `tool_result` must answer a `tool_use` block of the previous message", "\(place).content")
            }
            let text = try Self.text(of: block["content"], at: "\(place).content")
            results.append(.init(role: .tool, text: text, callID: id))
        }
        return results
    }

    private static func tools(in body: JSON) throws(ProviderProblem) -> [Conversation.OfferedTool] {
        var tools: [Conversation.OfferedTool] = []
        for (index, tool) in (body["tools"]?.arrayValue ?? []).enumerated() {
            guard let name = tool["name"]?.stringValue else { throw .invalid("Field required", "tools.\(index).name") }
            guard let schema = tool["input_schema"] else {
                throw .invalid("Field required", "tools.\(index).input_schema")
            }
            tools.append(.init(name: name, parameters: schema))
        }
        return tools
    }

    private static func toolChoice(in body: JSON) throws(ProviderProblem) -> Conversation.ToolChoice {
        guard let choice = body["tool_choice"], !choice.isNull else { return .automatic }
        switch choice["type"]?.stringValue {
        case "auto": return .automatic
        case "none": return .none
        case "any": return .required
        case "tool":
            guard let name = choice["name"]?.stringValue else { throw .invalid("Field required", "tool_choice.name") }
            return .named(name)
        default: throw .invalid("must be auto, any, tool or none", "tool_choice.type")
        }
    }
}
