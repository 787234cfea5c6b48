import BelayCore
import BelayJSON

/// Reads a request for Anthropic's messages.
package struct MessagesRequestReader: Sendable {
    private var context: RequestContext

    /// - Parameter reasoningOrigin: The provider whose thinking the client sends back; no other gets to see it.
    package init(
        limits: IngressLimits = IngressLimits(), reasoningOrigin: String = "",
        schemas: any SchemaChecking = SchemaReading()
    ) {
        self.context = RequestContext(limits: limits, reasoningOrigin: reasoningOrigin, schemas: schemas)
    }

    /// - Throws: `IngressProblem` with the path of the first thing that is wrong.
    package mutating func read(_ body: [UInt8]) throws(IngressProblem) -> IngressRequest {
        try self.read(body, table: MessagesParameters.table, counting: false)
    }

    /// Reads a request that wants its tokens counted and nothing else.
    package mutating func readCounting(_ body: [UInt8]) throws(IngressProblem) -> IngressRequest {
        try self.read(body, table: MessagesParameters.countingTable, counting: true)
    }

    private mutating func read(
        _ body: [UInt8], table: ParameterTable, counting: Bool
    ) throws(IngressProblem) -> IngressRequest {
        let field = try BodyReading.object(body, limits: self.context.limits)
        self.context.passThrough = try table.passThrough(
            of: try field.object(), allowsUnknown: self.context.limits.allowsUnknownParameters)
        let model = try field.required("model").name()
        if !counting { _ = try field.required("max_tokens") }
        var messages = MessagesConversationReader(context: self.context)
        try messages.readSystem(field["system"])
        try messages.read(try field.required("messages"))
        self.context = messages.context
        var request = ModelRequest(system: messages.system, messages: messages.messages)
        try self.readTools(field, into: &request)
        try self.readSampling(field, into: &request)
        try self.readThinking(field, into: &request)
        var ingress = IngressRequest(wire: .messages, model: model, request: request)
        if let metadata = field["metadata"] {
            try metadata.allow(only: ["user_id"])
            ingress.request.endUser = try metadata["user_id"]?.endUser()
            ingress.metadata = try metadata.object()
        }
        ingress.streams = try field["stream"]?.bool() ?? false
        ingress.passThrough = self.context.passThrough
        return ingress
    }

    private func readSampling(_ body: Field, into request: inout ModelRequest) throws(IngressProblem) {
        request.maxOutputTokens = try body["max_tokens"]?.int(atLeast: 1)
        request.temperature = try body["temperature"]?.number(in: 0...1)
        request.topP = try body["top_p"]?.number(in: 0...1)
        for item in try body["stop_sequences"]?.items() ?? [] {
            let text = try item.string()
            guard !text.allSatisfy(\.isWhitespace) else {
                throw item.problem(.badValue, "a stop sequence can't be white space only.")
            }
            request.stopSequences.append(text)
        }
    }

    private mutating func readThinking(_ body: Field, into request: inout ModelRequest) throws(IngressProblem) {
        if let thinking = body["thinking"] {
            request.reasoningEffort = try self.effort(thinking, maxTokens: request.maxOutputTokens)
        }
        if let config = body["output_config"] {
            try config.allow(only: ["effort", "format", "task_budget"])
            self.context.drop(config["task_budget"], "other vendors can't be told a budget")
            if let effort = config["effort"] {
                let word = try effort.word(of: ["low", "medium", "high", "xhigh", "max"])
                // Thinking that is switched off has no effort.
                if request.reasoningEffort != .off { request.reasoningEffort = ReasoningEffort(rawValue: word) }
            }
            try self.readFormat(config["format"], into: &request)
        }
        // What the first version of the beta called it.
        try self.readFormat(body["output_format"], into: &request)
    }

    private func readFormat(_ field: Field?, into request: inout ModelRequest) throws(IngressProblem) {
        guard let field else { return }
        try field.allow(only: ["type", "schema"])
        _ = try field.required("type").word(of: ["json_schema"])
        let schema = try field.required("schema")
        try schema.object()
        request.outputSchema = try self.context.schema(schema)
    }

    /// Budgets become words: up to 4,096 tokens are little, up to 16,384 some.
    private mutating func effort(
        _ field: Field, maxTokens: Int?
    ) throws(IngressProblem) -> ReasoningEffort? {
        self.context.drop(field["display"], "other vendors decide for themselves what they show")
        switch try field.required("type").word(of: ["enabled", "disabled", "adaptive", "between_tools"]) {
        case "disabled":
            try field.allow(only: ["type"])
            return .off
        case "adaptive": try field.allow(only: ["type", "display"])
        case "between_tools":
            try field.allow(only: ["type"])
            self.context.drop(field, "other vendors decide for themselves when they think")
        default:
            try field.allow(only: ["type", "budget_tokens", "display"])
            let budget = try field.required("budget_tokens")
            let tokens = try budget.int(atLeast: 1_024)
            if let maxTokens, tokens >= maxTokens {
                throw budget.problem(.tooLarge, "it has to be less than 'max_tokens'.")
            }
            return tokens <= 4_096 ? .low : tokens <= 16_384 ? .medium : .high
        }
        return nil
    }

    private mutating func readTools(_ body: Field, into request: inout ModelRequest) throws(IngressProblem) {
        var hasTools = false
        if let tools = body["tools"] {
            for item in try self.context.requireTools(within: self.context.limits.tools, of: tools) {
                hasTools = true
                guard let tool = try self.tool(item) else { continue }
                try self.context.add(tool, from: item, to: &request.tools)
            }
        }
        guard let choice = body["tool_choice"] else { return }
        let type = try choice.required("type").word(of: ["auto", "any", "tool", "none"])
        let extras: Set<String> = ["type", "name", "disable_parallel_tool_use"]
        try choice.allow(only: type == "none" ? ["type"] : type == "tool" ? extras : extras.subtracting(["name"]))
        guard hasTools || body["mcp_servers"] != nil || type == "none" || type == "auto" else {
            throw choice.problem(.badValue, "it is only allowed together with 'tools'.")
        }
        request.parallelToolCalls = try choice["disable_parallel_tool_use"]?.bool() == true ? false : nil
        if try choice["disable_parallel_tool_use"]?.bool() == false { request.parallelToolCalls = true }
        request.toolChoice = try self.choice(choice, type: type, tools: request.tools)
    }

    private func choice(
        _ field: Field, type: String, tools: [ToolDefinition]
    ) throws(IngressProblem) -> ToolChoice {
        switch type {
        case "any": return .required
        case "none": return .none
        case "tool":
            let nameField = try field.required("name")
            let name = try nameField.name()
            // The vendor's own tools can be chosen, too, and are not in the list.
            guard self.context.problemIsElsewhere else {
                return try self.context.requireTool(named: name, in: tools, at: nameField)
            }
            return .tool(named: name)
        default: return .auto
        }
    }

    private mutating func tool(_ field: Field) throws(IngressProblem) -> ToolDefinition? {
        let type = try field["type"]?.string() ?? "custom"
        guard type == "custom" else {
            try self.demandOwnTool(field, type: type)
            return nil
        }
        try field.allow(only: Self.toolKeys)
        for key in Self.toolHints { self.context.drop(field[key], Self.toolHintsAreLost) }
        return ToolDefinition(
            name: try self.context.toolName(try field.required("name"), atMost: 128),
            description: try field["description"]?.string() ?? "",
            parameters: try self.context.parameters(try field.required("input_schema")))
    }

    /// Types of the vendor's own tools carry a date and change often.
    private mutating func demandOwnTool(_ field: Field, type: String) throws(IngressProblem) {
        let isKnown = Self.ownTools.contains { type.hasPrefix($0) }
        guard isKnown else {
            throw IngressProblem(
                .badValue, at: field.path.key("type"), "'\(type.prefix(64))' is no type of tool that is known here.")
        }
        self.context.demand(field, "the tool is Anthropic's own")
    }

    private static let toolHintsAreLost = "other vendors' tools have no such part"
    private static let toolHints = [
        "allowed_callers", "cache_control", "defer_loading", "eager_input_streaming", "input_examples", "strict",
    ]
    private static let toolKeys: Set<String> = Set(toolHints + ["input_schema", "name", "description", "type"])
    private static let ownTools = [
        "bash_", "code_execution_", "browser_toolset_", "memory_", "computer_", "text_editor_", "web_search_",
        "web_fetch_", "tool_search_tool_", "mcp_toolset", "advisor_",
    ]
}
