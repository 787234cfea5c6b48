import BelayCore
import BelayJSON

/// Reads a request for one of OpenAI's responses.
package struct ResponsesRequestReader: Sendable {
    private var context: RequestContext

    /// - Parameter reasoningOrigin: The provider whose reasoning the client sends back; no other gets to see it.
    package init(
        limits: IngressLimits = IngressLimits(), reasoningOrigin: String = "",
        schemas: any SchemaChecking = SchemaReading()
    ) {
        self.context = RequestContext(limits: limits, reasoningOrigin: reasoningOrigin, schemas: schemas)
    }

    /// - Throws: `IngressProblem` with the path of the first thing that is wrong.
    package mutating func read(_ body: [UInt8]) throws(IngressProblem) -> IngressRequest {
        let field = try BodyReading.object(body, limits: self.context.limits)
        self.context.passThrough = try ResponsesParameters.table.passThrough(
            of: try field.object(), allowsUnknown: self.context.limits.allowsUnknownParameters)
        let model = try field.required("model").name()
        var items = ResponsesInputReader(
            context: self.context, hasHistory: field["previous_response_id"] != nil || field["conversation"] != nil)
        if let instructions = try field["instructions"]?.string() { items.addInstructions(instructions) }
        // A stored prompt or an earlier response may be all the input that there is.
        if let input = field["input"] {
            try items.read(input)
        } else if field["prompt"] == nil, !items.hasHistory {
            _ = try field.required("input")
        }
        self.context = items.context
        var request = ModelRequest(system: items.system, messages: items.messages)
        try self.readTools(field, into: &request)
        try self.readSampling(field, into: &request)
        var ingress = IngressRequest(wire: .responses, model: model, request: request)
        ingress.metadata = try self.context.metadata(field["metadata"])
        ingress.streams = try field["stream"]?.bool() ?? false
        try self.readOptions(field, into: &ingress)
        ingress.passThrough = self.context.passThrough
        ingress.echo = ResponsesEcho.members(of: field.json)
        return ingress
    }

    private mutating func readOptions(_ body: Field, into ingress: inout IngressRequest) throws(IngressProblem) {
        if let options = body["stream_options"] {
            try options.allow(only: ["include_obfuscation"])
            guard ingress.streams else {
                throw options.problem(.badValue, "it is only allowed together with 'stream': true.")
            }
            _ = try options["include_obfuscation"]?.bool()
        }
        for item in try body["include"]?.items() ?? [] {
            if try item.word(of: Self.includable) == "reasoning.encrypted_content" {
                ingress.includesSignatures = true
            } else {
                self.context.demand(item, "other vendors don't tell this")
            }
        }
    }

    private mutating func readSampling(_ body: Field, into request: inout ModelRequest) throws(IngressProblem) {
        request.maxOutputTokens = try body["max_output_tokens"]?.int(atLeast: 1)
        request.temperature = try body["temperature"]?.number(in: 0...2)
        request.topP = try body["top_p"]?.number(in: 0...1)
        request.endUser = try OpenAIWords.endUser(body)
        if let reasoning = body["reasoning"] {
            try reasoning.allow(only: ["effort", "summary", "generate_summary", "context", "mode"])
            request.reasoningEffort = try OpenAIWords.effort(reasoning["effort"])
            for key in ["summary", "generate_summary", "context", "mode"] {
                self.context.drop(reasoning[key], "other vendors decide for themselves how they show their thinking")
            }
        }
        if let text = body["text"] {
            try text.allow(only: ["format", "verbosity"])
            self.context.drop(text["verbosity"], "other vendors have no such dial")
            try self.readFormat(text["format"], into: &request)
        }
    }

    private mutating func readFormat(_ field: Field?, into request: inout ModelRequest) throws(IngressProblem) {
        guard let field else { return }
        switch try field.type() {
        case "text": try field.allow(only: ["type"])
        case "json_object":
            try field.allow(only: ["type"])
            request.outputSchema = ["type": "object"]
        case "json_schema":
            request.outputSchema = try OpenAIWords.schema(
                of: field, keys: OpenAIWords.schemaKeys.union(["type"]), context: &self.context)
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
        if let choice = body["tool_choice"] { request.toolChoice = try self.choice(choice, tools: request.tools) }
        request.parallelToolCalls = try body["parallel_tool_calls"]?.bool()
    }

    private mutating func tool(_ field: Field) throws(IngressProblem) -> ToolDefinition? {
        let type = try field.type()
        guard type == "function" else {
            guard Self.ownTools.contains(where: { type.hasPrefix($0) }) else {
                throw IngressProblem(
                    .badValue, at: field.path.key("type"),
                    "'\(type.prefix(64))' is no type of tool that is known here.")
            }
            self.context.demand(field, "the tool is OpenAI's own")
            return nil
        }
        try field.allow(only: Self.functionKeys)
        if try field["strict"]?.bool() == true { self.context.drop(field["strict"], OpenAIWords.strictIsLost) }
        for key in ["async", "defer_loading", "allowed_callers", "output_schema"] {
            self.context.drop(field[key], "other vendors' tools have no such part")
        }
        return ToolDefinition(
            name: try self.context.toolName(try field.required("name"), atMost: 64),
            description: try field["description"]?.string() ?? "",
            parameters: try self.context.parameters(field["parameters"]))
    }

    private mutating func choice(_ field: Field, tools: [ToolDefinition]) throws(IngressProblem) -> ToolChoice {
        if field.json.stringValue != nil { return try OpenAIWords.choice(field) }
        let type = try field.type()
        guard type == "function" else {
            let isKnown = type == "allowed_tools" || Self.ownTools.contains { type.hasPrefix($0) }
            guard isKnown else {
                throw IngressProblem(
                    .badValue, at: field.path.key("type"), "'\(type.prefix(64))' is no choice that is known here.")
            }
            self.context.demand(field, "other vendors have no such choice")
            return .auto
        }
        let name = try field.required("name")
        return try self.context.requireTool(named: try name.string(), in: tools, at: name)
    }

    private static let functionKeys: Set<String> = [
        "type", "name", "description", "parameters", "strict", "async", "defer_loading", "allowed_callers",
        "output_schema",
    ]
    private static let ownTools = [
        "file_search", "web_search", "computer", "mcp", "code_interpreter", "programmatic_tool_calling",
        "image_generation", "local_shell", "shell", "custom", "namespace", "tool_search", "apply_patch",
    ]
    private static let includable = [
        "reasoning.encrypted_content", "file_search_call.results", "web_search_call.results",
        "web_search_call.action.sources", "message.input_image.image_url", "computer_call_output.output.image_url",
        "code_interpreter_call.outputs", "message.output_text.logprobs",
    ]
}
