import BelayJSON

extension ResponsesFormat {
    /// What begins the thoughts that this server encrypted, so to say: others can't be verified.
    static let thoughtsPrefix = "mock-thoughts-"

    func conversation(from body: JSON) throws(ProviderProblem) -> Conversation {
        guard let model = body["model"]?.stringValue, !model.isEmpty else {
            throw .invalid("Missing required parameter: 'model'.", "model")
        }
        if let id = body["previous_response_id"]?.stringValue {
            throw .invalid("Previous response with id '\(id.prefix(64))' not found.", "previous_response_id")
        }
        if let maximum = body["max_output_tokens"]?.intValue, maximum < 16 {
            throw .invalid("expected a value of at least 16, but got \(maximum)", "max_output_tokens")
        }
        var conversation = Conversation(
            wire: .responses, model: model, streams: body["stream"]?.boolValue ?? false,
            system: body["instructions"]?.stringValue ?? "", entries: [])
        switch body["input"] {
        case .string(let text)?: conversation.entries = [.init(role: .user, text: text)]
        case .array(let items)?: try Self.read(items, into: &conversation)
        default: throw .invalid("expected a string or a list of items", "input")
        }
        guard !conversation.entries.isEmpty else { throw .invalid("there is nothing to answer", "input") }
        conversation.tools = try Self.tools(in: body)
        conversation.toolChoice = try Self.toolChoice(in: body, tools: conversation.tools)
        conversation.maximumOutputTokens = body["max_output_tokens"]?.intValue
        conversation.answerSchema = try Self.answerSchema(in: body)
        conversation.wantsThoughts = body["include"]?.arrayValue?.contains("reasoning.encrypted_content") ?? false
        conversation.nameResults()
        return conversation
    }

    private static func read(_ items: [JSON], into conversation: inout Conversation) throws(ProviderProblem) {
        var open: Set<String> = []
        for (index, item) in items.enumerated() {
            let place = "input[\(index)]"
            switch item["type"]?.stringValue ?? (item["role"] == nil ? "" : "message") {
            case "message": try Self.readMessage(item, at: place, into: &conversation)
            case "function_call":
                guard let id = item["call_id"]?.stringValue, let name = item["name"]?.stringValue,
                    item["arguments"]?.stringValue != nil
                else { throw .invalid("a function call needs 'call_id', 'name' and 'arguments'", place) }
                guard open.insert(id).inserted else { throw .invalid("duplicate call_id", "\(place).call_id") }
                Self.addCall(.init(id: id, name: name), to: &conversation)
            case "function_call_output":
                guard let id = item["call_id"]?.stringValue, open.remove(id) != nil else {
                    throw .invalid("No tool call found for function call output", "\(place).call_id")
                }
                let text = try Self.text(of: item["output"], at: "\(place).output")
                conversation.entries.append(.init(role: .tool, text: text, callID: id))
            case "reasoning":
                guard item["summary"]?.arrayValue != nil else { throw .invalid("Missing 'summary'", place) }
                if let thoughts = item["encrypted_content"]?.stringValue, !thoughts.hasPrefix(Self.thoughtsPrefix) {
                    throw .invalid("The encrypted content could not be verified.", "\(place).encrypted_content")
                }
            case let type: throw .invalid("Invalid value: '\(type.prefix(64))'", "\(place).type")
            }
        }
        guard open.isEmpty else {
            let ids = open.sorted().joined(separator: ", ")
            throw .invalid("No tool output found for function call \(ids).", "input")
        }
    }

    /// The calls of one turn are items of their own.
    private static func addCall(_ call: Conversation.Call, to conversation: inout Conversation) {
        if conversation.lastRole == .assistant {
            conversation.entries[conversation.entries.count - 1].calls.append(call)
        } else {
            conversation.entries.append(.init(role: .assistant, text: "", calls: [call]))
        }
    }

    private static func readMessage(
        _ item: JSON, at place: String, into conversation: inout Conversation
    ) throws(ProviderProblem) {
        let text = try Self.text(of: item["content"], at: "\(place).content")
        switch item["role"]?.stringValue {
        case "system", "developer": conversation.system += conversation.system.isEmpty ? text : "\n" + text
        case "user": conversation.entries.append(.init(role: .user, text: text))
        case "assistant": conversation.entries.append(.init(role: .assistant, text: text))
        default: throw .invalid("must be user, assistant, system or developer", "\(place).role")
        }
    }

    private static func text(of content: JSON?, at place: String) throws(ProviderProblem) -> String {
        switch content {
        case .string(let text): return text
        case .array(let parts): return parts.compactMap { $0["text"]?.stringValue }.joined(separator: "\n")
        default: throw .invalid("must be a string or a list of parts", place)
        }
    }

    private static func tools(in body: JSON) throws(ProviderProblem) -> [Conversation.OfferedTool] {
        var tools: [Conversation.OfferedTool] = []
        for (index, tool) in (body["tools"]?.arrayValue ?? []).enumerated() {
            guard tool["type"]?.stringValue == "function", let name = tool["name"]?.stringValue, !name.isEmpty else {
                throw .invalid("a tool needs type 'function' and 'name'", "tools[\(index)]")
            }
            tools.append(.init(name: name, parameters: tool["parameters"] ?? [:]))
        }
        return tools
    }

    private static func toolChoice(
        in body: JSON, tools: [Conversation.OfferedTool]
    ) throws(ProviderProblem) -> Conversation.ToolChoice {
        switch body["tool_choice"] {
        case nil, .null, "auto": return .automatic
        case "none": return .none
        case "required": return .required
        case let choice?:
            guard let name = choice["name"]?.stringValue, tools.contains(where: { $0.name == name }) else {
                throw .invalid("tool_choice names no tool of this request", "tool_choice")
            }
            return .named(name)
        }
    }

    private static func answerSchema(in body: JSON) throws(ProviderProblem) -> JSON? {
        guard let format = body["text"]?["format"], !format.isNull else { return nil }
        switch format["type"]?.stringValue {
        case "text": return nil
        case "json_object": return [:]
        case "json_schema":
            guard format["name"]?.stringValue != nil else {
                throw .invalid("a schema needs a name", "text.format.name")
            }
            return format["schema"] ?? [:]
        default: throw .invalid("must be text, json_object or json_schema", "text.format.type")
        }
    }
}
