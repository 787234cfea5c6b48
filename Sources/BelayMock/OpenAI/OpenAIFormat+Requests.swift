import BelayJSON

extension OpenAIFormat {
    func conversation(from body: JSON) throws(ProviderProblem) -> Conversation {
        guard let model = body["model"]?.stringValue, !model.isEmpty else {
            throw .invalid("you must provide a model parameter", "model")
        }
        guard let messages = body["messages"]?.arrayValue, !messages.isEmpty else {
            throw .invalid("'messages' must be a list with at least one message", "messages")
        }
        var conversation = Conversation(
            wire: .openAI, model: model, streams: body["stream"]?.boolValue ?? false,
            includesUsage: body["stream_options"]?["include_usage"]?.boolValue ?? false, system: "", entries: [])
        try Self.read(messages, into: &conversation)
        conversation.tools = try Self.tools(in: body)
        conversation.toolChoice = try Self.toolChoice(in: body, tools: conversation.tools)
        conversation.maximumOutputTokens = (body["max_completion_tokens"] ?? body["max_tokens"])?.intValue
        conversation.answerSchema = try Self.answerSchema(in: body)
        conversation.nameResults()
        return conversation
    }

    private static func read(_ messages: [JSON], into conversation: inout Conversation) throws(ProviderProblem) {
        var open: Set<String> = []
        for (index, message) in messages.enumerated() {
            let place = "messages[\(index)]"
            guard let role = message["role"]?.stringValue else {
                throw .invalid("\(place) has no role", "\(place).role")
            }
            if role != "tool" { try Self.requireAnswered(open, before: place) }
            let text = try Self.text(of: message["content"], at: "\(place).content")
            switch role {
            case "system", "developer":
                conversation.system += conversation.system.isEmpty ? text : "\n" + text
            case "user":
                conversation.entries.append(.init(role: .user, text: text))
            case "assistant":
                let calls = try Self.calls(in: message, at: place)
                open = Set(calls.map(\.id))
                conversation.entries.append(.init(role: .assistant, text: text, calls: calls))
            case "tool":
                guard let id = message["tool_call_id"]?.stringValue, open.remove(id) != nil else {
                    throw .invalid(
                        "messages with role 'tool' must answer a tool call of the preceding assistant message",
                        "\(place).tool_call_id")
                }
                conversation.entries.append(.init(role: .tool, text: text, callID: id))
            default:
                throw .invalid("'\(role)' is not one of system, developer, user, assistant, tool", "\(place).role")
            }
        }
        try Self.requireAnswered(open, before: "the end")
    }

    private static func requireAnswered(_ open: Set<String>, before place: String) throws(ProviderProblem) {
        guard open.isEmpty else {
            let ids = open.sorted().joined(separator: ", ")
            throw .invalid("tool calls without a tool message before \(place): \(ids)", "messages")
        }
    }

    private static func text(of content: JSON?, at place: String) throws(ProviderProblem) -> String {
        switch content {
        case nil, .null: return ""
        case .string(let text): return text
        case .array(let parts): return parts.compactMap { $0["text"]?.stringValue }.joined(separator: "\n")
        default: throw .invalid("content must be a string or a list of parts", place)
        }
    }

    private static func calls(in message: JSON, at place: String) throws(ProviderProblem) -> [Conversation.Call] {
        var calls: [Conversation.Call] = []
        for call in message["tool_calls"]?.arrayValue ?? [] {
            guard let id = call["id"]?.stringValue, let name = call["function"]?["name"]?.stringValue,
                call["function"]?["arguments"]?.stringValue != nil
            else {
                throw .invalid(
                    "a tool call needs 'id', 'function.name' and 'function.arguments', all strings",
                    "\(place).tool_calls")
            }
            calls.append(.init(id: id, name: name))
        }
        return calls
    }

    private static func tools(in body: JSON) throws(ProviderProblem) -> [Conversation.OfferedTool] {
        var tools: [Conversation.OfferedTool] = []
        for (index, tool) in (body["tools"]?.arrayValue ?? []).enumerated() {
            guard tool["type"]?.stringValue == "function", let name = tool["function"]?["name"]?.stringValue else {
                throw .invalid("a tool needs type 'function' and 'function.name'", "tools[\(index)]")
            }
            guard name.utf8.count <= 64, name.utf8.allSatisfy({ Self.isNameByte($0) }), !name.isEmpty else {
                throw .invalid(
                    "'\(name)' must be 1 to 64 letters, digits, underscores or hyphens", "tools[\(index)].function.name"
                )
            }
            tools.append(.init(name: name, parameters: tool["function"]?["parameters"] ?? [:]))
        }
        return tools
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"): true
        default: false
        }
    }

    private static func toolChoice(
        in body: JSON, tools: [Conversation.OfferedTool]
    ) throws(ProviderProblem) -> Conversation.ToolChoice {
        switch body["tool_choice"] {
        case nil, .null, "auto": return .automatic
        case "none": return .none
        case "required": return .required
        case let choice?:
            guard let name = choice["function"]?["name"]?.stringValue, tools.contains(where: { $0.name == name }) else {
                throw .invalid("tool_choice names no tool of this request", "tool_choice")
            }
            return .named(name)
        }
    }

    private static func answerSchema(in body: JSON) throws(ProviderProblem) -> JSON? {
        guard let format = body["response_format"], !format.isNull else { return nil }
        switch format["type"]?.stringValue {
        case "text": return nil
        case "json_object": return [:]
        case "json_schema":
            guard format["json_schema"]?["name"]?.stringValue != nil else {
                throw .invalid("json_schema needs a name", "response_format.json_schema.name")
            }
            return format["json_schema"]?["schema"] ?? [:]
        default: throw .invalid("type must be text, json_object or json_schema", "response_format.type")
        }
    }
}
