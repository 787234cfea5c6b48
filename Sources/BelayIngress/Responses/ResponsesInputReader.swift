import BelayCore
import BelayJSON

/// Reads the items of an input, and holds them to OpenAI's rule of pairs: every function call has one output, and every
/// output a call before it.
struct ResponsesInputReader: Sendable {
    var context: RequestContext
    /// Earlier items lie with the vendor: outputs may answer calls of theirs.
    let hasHistory: Bool
    private(set) var system = ""
    private(set) var messages: [Message] = []
    /// Calls without an output, in order, with the place of each.
    private var open: [(id: String, field: Field)] = []
    private var known: Set<String> = []

    init(context: RequestContext, hasHistory: Bool) {
        self.context = context
        self.hasHistory = hasHistory
    }

    mutating func addInstructions(_ text: String) {
        self.system += self.system.isEmpty || text.isEmpty ? text : "\n\n" + text
    }

    mutating func read(_ field: Field) throws(IngressProblem) {
        if let text = field.json.stringValue {
            self.messages.append(.user(text))
            return
        }
        guard field.json.arrayValue != nil else { throw field.wrongType("a string or an array of items") }
        let items = try field.items()
        guard !items.isEmpty || self.hasHistory else { throw field.problem(.tooSmall, "expected at least one item.") }
        guard items.count <= self.context.limits.messages else {
            throw field.problem(.tooLarge, "expected at most \(self.context.limits.messages) items.")
        }
        for item in items { try self.readItem(item) }
        if let call = self.open.first {
            throw call.field.problem(
                .brokenConversation, "there is no output for the function call '\(call.id.prefix(64))'.")
        }
    }

    private mutating func readItem(_ field: Field) throws(IngressProblem) {
        try field.object()
        // The only item that may go without a type.
        switch try field["type"]?.string() ?? (field["role"] == nil ? "" : "message") {
        case "message": try self.readMessage(field)
        case "function_call": try self.readCall(field)
        case "function_call_output": try self.readOutput(field)
        case "reasoning": try self.readReasoning(field)
        case "": _ = try field.required("type")
        case let type where Self.ownItems.contains(type):
            self.context.demand(field, "the item is OpenAI's own")
        case let type:
            throw IngressProblem(
                .badValue, at: field.path.key("type"), "'\(type.prefix(64))' is no type of item that is known here.")
        }
    }

    private mutating func readMessage(_ field: Field) throws(IngressProblem) {
        try field.allow(only: ["type", "role", "content", "id", "status", "phase"])
        self.context.drop(field["phase"], "other vendors' messages have no phase")
        let content = try field.required("content")
        switch try field.required("role").word(of: ["user", "assistant", "system", "developer"]) {
        case "user":
            try self.requireOutputs(before: field)
            let parts = try self.parts(content, isAnswer: false)
            if !parts.isEmpty { self.messages.append(Message(role: .user, content: parts)) }
        case "assistant": self.addToAnswer(try self.parts(content, isAnswer: true))
        default:
            let text = try self.parts(content, isAnswer: false).compactMap(\.text).joined()
            if !self.messages.isEmpty {
                self.context.drop(field, "other vendors take instructions before all messages only, where they are put")
            }
            self.addInstructions(text)
        }
    }

    /// Only the internal model and other vendors want an output directly behind its call.
    private mutating func requireOutputs(before field: Field) throws(IngressProblem) {
        guard let call = self.open.first else { return }
        self.context.demand(call.field, "other vendors want the output directly behind its call")
    }

    /// Reasoning, text and calls of one turn are items of their own here.
    private mutating func addToAnswer(_ parts: [Content]) {
        guard !parts.isEmpty else { return }
        if self.messages.last?.role == .assistant {
            self.messages[self.messages.count - 1].content += parts
        } else {
            self.messages.append(Message(role: .assistant, content: parts))
        }
    }

    private mutating func parts(_ field: Field, isAnswer: Bool) throws(IngressProblem) -> [Content] {
        if let text = field.json.stringValue { return [.text(text)] }
        guard field.json.arrayValue != nil else { throw field.wrongType("a string or an array of content parts") }
        var parts: [Content] = []
        for item in try field.items() {
            if let part = try self.part(item, isAnswer: isAnswer) { parts.append(part) }
        }
        return parts
    }

    private mutating func part(_ field: Field, isAnswer: Bool) throws(IngressProblem) -> Content? {
        self.context.drop(field["prompt_cache_breakpoint"], "it only steers a vendor's cache")
        switch (try field.type(), isAnswer) {
        case ("output_text", true):
            try field.allow(only: ["type", "text", "annotations", "logprobs"])
            return .text(try field.required("text").string())
        case ("refusal", true):
            try field.allow(only: ["type", "refusal"])
            return .text(try field.required("refusal").string())
        case ("input_text", _):
            try field.allow(only: ["type", "text", "prompt_cache_breakpoint"])
            return .text(try field.required("text").string())
        case ("input_image", false): return try self.image(field)
        case ("input_file", false): return try self.file(field)
        case ("input_audio", false):
            self.context.demand(field, "other vendors don't listen")
            return nil
        default:
            _ = try field.required("type").word(
                of: isAnswer ? ["output_text", "refusal"] : ["input_text", "input_image", "input_file", "input_audio"])
            return nil
        }
    }

    private mutating func readCall(_ field: Field) throws(IngressProblem) {
        try field.allow(only: Self.callKeys)
        let idField = try field.required("call_id")
        let id = try idField.name()
        guard self.known.insert(id).inserted else {
            throw idField.problem(.brokenConversation, "another function call has the same id.")
        }
        if let caller = field["caller"], caller.json["type"] != "direct" {
            self.context.demand(caller, "calls from inside of programs are OpenAI's own")
        }
        self.context.demand(field["namespace"], "namespaces of tools are OpenAI's own")
        self.open.append((id, field))
        self.addToAnswer([
            .toolCall(
                ToolCall(
                    id: id, name: try field.required("name").name(),
                    arguments: try field.required("arguments").string()))
        ])
    }

    private mutating func readOutput(_ field: Field) throws(IngressProblem) {
        try field.allow(only: Self.callKeys.subtracting(["arguments", "async"]).union(["output"]))
        let idField = try field.required("call_id")
        let id = try idField.name()
        if let place = self.open.firstIndex(where: { $0.id == id }) {
            self.open.remove(at: place)
        } else if !self.hasHistory || self.known.contains(id) {
            throw idField.problem(
                .brokenConversation, "no function call before has this id and no output yet.")
        }
        let output = try field.required("output")
        let result = ToolResult(callID: id, content: try self.outputText(output))
        self.messages.append(Message(role: .tool, content: [.toolResult(result)]))
    }

    private mutating func outputText(_ field: Field) throws(IngressProblem) -> String {
        if let text = field.json.stringValue { return text }
        guard field.json.arrayValue != nil else { throw field.wrongType("a string or an array of content parts") }
        var texts: [String] = []
        for item in try field.items() {
            guard try item.type() == "input_text" else {
                _ = try item.required("type").word(of: ["input_text", "input_image", "input_file"])
                self.context.demand(item, "other vendors take text only as the result of a tool")
                continue
            }
            texts.append(try item.required("text").string())
        }
        return texts.joined(separator: "\n")
    }

    private mutating func readReasoning(_ field: Field) throws(IngressProblem) {
        try field.allow(only: ["type", "id", "summary", "content", "encrypted_content", "status"])
        var texts: [String] = []
        for part in try field["summary"]?.items() ?? [] { texts.append(try part.required("text").string()) }
        for part in try field["content"]?.items() ?? [] { texts.append(try part.required("text").string()) }
        let signature = try field["encrypted_content"]?.string()
        guard !texts.isEmpty || signature != nil else { return }
        self.addToAnswer([self.context.reasoning(texts.joined(separator: "\n\n"), signature: signature)])
    }

    private static let callKeys: Set<String> = [
        "type", "id", "call_id", "name", "arguments", "status", "async", "caller", "namespace",
    ]
    /// What OpenAI's own tools and stores put into conversations.
    private static let ownItems: Set<String> = [
        "additional_tools", "apply_patch_call", "apply_patch_call_output", "code_interpreter_call", "compaction",
        "compaction_trigger", "computer_call", "computer_call_output", "configuration_update", "custom_tool_call",
        "custom_tool_call_output", "file_search_call", "image_generation_call", "item_reference", "local_shell_call",
        "local_shell_call_output", "mcp_approval_request", "mcp_approval_response", "mcp_call", "mcp_list_tools",
        "program", "program_output", "shell_call", "shell_call_output", "tool_search_call", "tool_search_output",
        "web_search_call",
    ]
}
