import BelayCore
import BelayJSON

/// Reads a request for a chat completion.
package struct ChatRequestReader: Sendable {
    private var context: RequestContext

    package init(limits: IngressLimits = IngressLimits(), schemas: any SchemaChecking = SchemaReading()) {
        // This protocol doesn't bring reasoning back.
        self.context = RequestContext(limits: limits, reasoningOrigin: "", schemas: schemas)
    }

    /// - Throws: `IngressProblem` with the path of the first thing that is wrong.
    package mutating func read(_ body: [UInt8]) throws(IngressProblem) -> IngressRequest {
        let field = try BodyReading.object(body, limits: self.context.limits)
        let object = try field.object()
        self.context.passThrough = try ChatParameters.table.passThrough(
            of: object, allowsUnknown: self.context.limits.allowsUnknownParameters)
        let model = try field.required("model").name()
        var messages = ChatMessageReader(context: self.context)
        try messages.read(try field.required("messages"))
        self.context = messages.context
        var request = ModelRequest(system: messages.system, messages: messages.messages)
        try self.readTools(field, into: &request)
        try self.readSampling(field, into: &request)
        try self.readFormat(field["response_format"], into: &request)
        var ingress = IngressRequest(wire: .chatCompletions, model: model, request: request)
        ingress.metadata = try self.context.metadata(field["metadata"])
        ingress.streams = try field["stream"]?.bool() ?? false
        ingress.includesUsage = try Self.includesUsage(field["stream_options"], streams: ingress.streams)
        ingress.passThrough = self.context.passThrough
        return ingress
    }

    private static func includesUsage(_ options: Field?, streams: Bool) throws(IngressProblem) -> Bool {
        guard let options else { return false }
        try options.allow(only: ["include_usage", "include_obfuscation"])
        guard streams else { throw options.problem(.badValue, "it is only allowed together with 'stream': true.") }
        _ = try options["include_obfuscation"]?.bool()
        return try options["include_usage"]?.bool() ?? false
    }

    private func readSampling(_ body: Field, into request: inout ModelRequest) throws(IngressProblem) {
        if body["max_tokens"] != nil, let both = body["max_completion_tokens"] {
            throw both.problem(.badValue, "it can't be used together with its predecessor 'max_tokens'.")
        }
        request.maxOutputTokens = try (body["max_completion_tokens"] ?? body["max_tokens"])?.int(atLeast: 1)
        request.temperature = try body["temperature"]?.number(in: 0...2)
        request.topP = try body["top_p"]?.number(in: 0...1)
        request.seed = try body["seed"]?.int(atLeast: .min)
        request.reasoningEffort = try OpenAIWords.effort(body["reasoning_effort"])
        request.endUser = try OpenAIWords.endUser(body)
        request.stopSequences = try Self.stop(body["stop"])
    }

    private static func stop(_ field: Field?) throws(IngressProblem) -> [String] {
        guard let field else { return [] }
        if let one = field.json.stringValue { return [one] }
        guard field.json.arrayValue != nil else { throw field.wrongType("a string or an array of strings") }
        let items = try field.items()
        guard items.count <= 4 else { throw field.problem(.tooLarge, "expected at most 4 stop sequences.") }
        var texts: [String] = []
        for item in items { texts.append(try item.string()) }
        return texts
    }

    private mutating func readFormat(_ field: Field?, into request: inout ModelRequest) throws(IngressProblem) {
        guard let field else { return }
        switch try field.type() {
        case "text": try field.allow(only: ["type"])
        case "json_object":
            try field.allow(only: ["type"])
            request.outputSchema = ["type": "object"]
        case "json_schema":
            try field.allow(only: ["type", "json_schema"])
            request.outputSchema = try OpenAIWords.schema(
                of: try field.required("json_schema"), keys: OpenAIWords.schemaKeys, context: &self.context)
        default: _ = try field.required("type").word(of: ["text", "json_object", "json_schema"])
        }
    }

    private mutating func readTools(_ body: Field, into request: inout ModelRequest) throws(IngressProblem) {
        if let tools = body["tools"] {
            for item in try self.context.requireTools(within: self.context.limits.tools, of: tools) {
                guard let tool = try self.tool(item) else { continue }
                try self.context.add(tool, from: item, to: &request.tools)
            }
        }
        if let choice = body["tool_choice"] {
            // Without tools there is nothing to choose from. OpenAI refuses everything but these two words then.
            if body["tools"] == nil, body["functions"] == nil, choice.json != "none", choice.json != "auto" {
                throw choice.problem(.badValue, "it is only allowed together with 'tools'.")
            }
            request.toolChoice = try self.choice(choice, tools: request.tools)
        }
        request.parallelToolCalls = try body["parallel_tool_calls"]?.bool()
    }

    private mutating func tool(_ field: Field) throws(IngressProblem) -> ToolDefinition? {
        guard try field.required("type").word(of: ["function", "custom"]) == "function" else {
            try field.allow(only: ["type", "custom"])
            _ = try field.required("custom").required("name").name(atMost: 64)
            self.context.demand(field, "tools that take free text are OpenAI's own")
            return nil
        }
        try field.allow(only: ["type", "function"])
        let function = try field.required("function")
        try function.allow(only: ["name", "description", "parameters", "strict"])
        if try function["strict"]?.bool() == true { self.context.drop(function["strict"], OpenAIWords.strictIsLost) }
        return ToolDefinition(
            name: try self.context.toolName(try function.required("name"), atMost: 64),
            description: try function["description"]?.string() ?? "",
            parameters: try self.context.parameters(function["parameters"]))
    }

    private mutating func choice(_ field: Field, tools: [ToolDefinition]) throws(IngressProblem) -> ToolChoice {
        if field.json.stringValue != nil { return try OpenAIWords.choice(field) }
        switch try field.type() {
        case "function":
            let name = try field.required("function").required("name")
            return try self.context.requireTool(named: try name.string(), in: tools, at: name)
        case "allowed_tools":
            let allowed = try field.required("allowed_tools")
            _ = try allowed.required("mode").word(of: ["auto", "required"])
            _ = try allowed.required("tools").items()
            self.context.demand(field, "other vendors can't leave some tools out of the choice")
        case "custom":
            _ = try field.required("custom").required("name").string()
            self.context.demand(field, "tools that take free text are OpenAI's own")
        default: _ = try field.required("type").word(of: ["function", "allowed_tools", "custom"])
        }
        return .auto
    }
}
