import BelayCore
import BelayJSON

/// Reads the messages of a chat completion, and holds them to OpenAI's rule of pairs: every tool call of an assistant
/// message is answered by tool messages directly behind it, and no tool message answers anything else.
struct ChatMessageReader: Sendable {
    private static let roles = ["system", "developer", "user", "assistant", "tool", "function"]

    var context: RequestContext
    /// Instructions, wherever they stood: the internal model has them in front.
    private(set) var system = ""
    private(set) var messages: [Message] = []
    /// Calls of the last assistant message without a result, in order.
    private var open: [String] = []

    init(context: RequestContext) { self.context = context }

    mutating func read(_ field: Field) throws(IngressProblem) {
        let items = try field.items()
        guard !items.isEmpty else { throw field.problem(.tooSmall, "expected at least one message.") }
        guard items.count <= self.context.limits.messages else {
            throw field.problem(.tooLarge, "expected at most \(self.context.limits.messages) messages.")
        }
        for item in items { try self.readMessage(item) }
        try self.requireAnswers(before: field)
    }

    private mutating func readMessage(_ field: Field) throws(IngressProblem) {
        try field.object()
        let roleField = try field.required("role")
        let role = try roleField.word(of: Self.roles)
        if role != "tool" { try self.requireAnswers(before: roleField) }
        switch role {
        case "system", "developer": try self.readInstructions(field)
        case "user": try self.readUser(field)
        case "assistant": try self.readAssistant(field)
        case "tool": try self.readResult(field)
        default:
            try field.allow(only: Self.plainKeys)
            self.context.demand(field, "the predecessor of tool messages is known to OpenAI only")
        }
    }

    private func requireAnswers(before field: Field) throws(IngressProblem) {
        guard !self.open.isEmpty else { return }
        let ids = self.open.map { $0.prefix(64) }.joined(separator: ", ")
        throw field.problem(
            .brokenConversation,
            "an assistant message with 'tool_calls' has to be followed by a tool message for each of them. "
                + "There is none for: \(ids).")
    }

    private mutating func readInstructions(_ field: Field) throws(IngressProblem) {
        try field.allow(only: Self.plainKeys)
        self.context.drop(field["name"], Self.namesAreLost)
        let text = try self.texts(try field.required("content")).joined()
        if !self.messages.isEmpty {
            self.context.drop(field, "other vendors take instructions before all messages only, where they are put")
        }
        self.system += self.system.isEmpty || text.isEmpty ? text : "\n\n" + text
    }

    private mutating func readUser(_ field: Field) throws(IngressProblem) {
        try field.allow(only: Self.plainKeys)
        self.context.drop(field["name"], Self.namesAreLost)
        let content = try field.required("content")
        if let text = content.json.stringValue {
            self.messages.append(.user(text))
            return
        }
        guard content.json.arrayValue != nil else { throw content.wrongType("a string or an array of content parts") }
        let items = try content.items()
        guard !items.isEmpty else { throw content.problem(.tooSmall, "expected at least one content part.") }
        var parts: [Content] = []
        for item in items {
            if let part = try self.userPart(item) { parts.append(part) }
        }
        self.messages.append(Message(role: .user, content: parts))
    }

    private mutating func userPart(_ field: Field) throws(IngressProblem) -> Content? {
        self.context.drop(field["prompt_cache_breakpoint"], "it only steers a vendor's cache")
        switch try field.type() {
        case "text":
            try field.allow(only: ["type", "text", "prompt_cache_breakpoint"])
            return .text(try field.required("text").string())
        case "image_url":
            try field.allow(only: ["type", "image_url", "prompt_cache_breakpoint"])
            let image = try field.required("image_url")
            try image.allow(only: ["url", "detail"])
            if let detail = image["detail"], try detail.word(of: ["auto", "low", "high", "original"]) != "auto" {
                self.context.drop(detail, "other vendors have no such dial")
            }
            return .image(
                try self.context.attachment(url: try image.required("url"), types: RequestContext.imageTypes))
        case "input_audio":
            try field.allow(only: ["type", "input_audio", "prompt_cache_breakpoint"])
            let audio = try field.required("input_audio")
            _ = try audio.required("data").string()
            _ = try audio.required("format").word(of: ["wav", "mp3"])
            self.context.demand(field, "other vendors don't listen")
        case "file":
            try field.allow(only: ["type", "file", "prompt_cache_breakpoint"])
            return try self.file(try field.required("file"))
        default: _ = try field.required("type").word(of: ["text", "image_url", "input_audio", "file"])
        }
        return nil
    }

    private mutating func file(_ field: Field) throws(IngressProblem) -> Content? {
        try field.allow(only: ["file_data", "file_id", "filename"])
        let name = try field["filename"]?.string()
        guard let data = field["file_data"] else {
            _ = try field.required("file_id").string()
            self.context.demand(field, "the file lies with OpenAI")
            return nil
        }
        guard try data.string().hasPrefix("data:") else {
            throw data.problem(.badValue, "expected a data URL such as 'data:application/pdf;base64,JVBE…'.")
        }
        return .file(try self.context.attachment(url: data, types: [], name: name))
    }

    private mutating func readAssistant(_ field: Field) throws(IngressProblem) {
        try self.dropEchoes(field, except: Self.assistantKeys)
        self.context.drop(field["name"], Self.namesAreLost)
        self.context.demand(field["audio"], "the sound lies with OpenAI")
        self.context.demand(field["function_call"], "the predecessor of 'tool_calls' is known to OpenAI only")
        var parts: [Content] = []
        let text = try field["content"].map { content throws(IngressProblem) in try self.texts(content).joined() }
        if let text, !text.isEmpty { parts.append(.text(text)) }
        if let refusal = try field["refusal"]?.string(), !refusal.isEmpty { parts.append(.text(refusal)) }
        let calls = try field["tool_calls"]?.items() ?? []
        for call in calls {
            if let call = try self.call(call) { parts.append(.toolCall(call)) }
        }
        let isEmpty = parts.isEmpty && calls.isEmpty && field["audio"] == nil && field["function_call"] == nil
        guard !isEmpty || text != nil else {
            throw IngressProblem(
                .missing, at: field.path.key("content"), "an assistant message needs 'content' or 'tool_calls'.")
        }
        self.messages.append(Message(role: .assistant, content: parts))
    }

    private mutating func call(_ field: Field) throws(IngressProblem) -> ToolCall? {
        let type = try field["type"]?.word(of: ["function", "custom"]) ?? "function"
        try self.dropEchoes(field, except: ["id", "type", "function", "custom"])
        let idField = try field.required("id")
        let id = try idField.name()
        guard !self.open.contains(id) else {
            throw idField.problem(.brokenConversation, "another tool call of this message has the same id.")
        }
        self.open.append(id)
        guard type == "function" else {
            self.context.demand(field, "tools that take free text are OpenAI's own")
            return nil
        }
        let function = try field.required("function")
        try self.dropEchoes(function, except: ["name", "arguments"])
        return ToolCall(
            id: id, name: try function.required("name").name(),
            arguments: try function.required("arguments").string())
    }

    /// Clients send answers back with whatever came with them, and with fields of their own; OpenAI lets them pass.
    private mutating func dropEchoes(_ field: Field, except known: Set<String>) throws(IngressProblem) {
        for (key, _) in try field.object() where !known.contains(key) {
            self.context.drop(field[key], "it means nothing to a model")
        }
    }

    private mutating func readResult(_ field: Field) throws(IngressProblem) {
        try field.allow(only: ["role", "content", "tool_call_id", "name"])
        let idField = try field.required("tool_call_id")
        let id = try idField.string()
        guard let place = self.open.firstIndex(of: id) else {
            throw idField.problem(
                .brokenConversation,
                "a tool message has to answer a tool call of the assistant message before it that has no answer yet.")
        }
        self.open.remove(at: place)
        let text = try self.texts(try field.required("content")).joined()
        self.messages.append(
            Message(role: .tool, content: [.toolResult(ToolResult(callID: id, content: text))]))
    }

    /// Content that may hold text only.
    private mutating func texts(_ field: Field) throws(IngressProblem) -> [String] {
        if let text = field.json.stringValue { return [text] }
        guard field.json.arrayValue != nil else { throw field.wrongType("a string or an array of content parts") }
        var texts: [String] = []
        for item in try field.items() {
            self.context.drop(item["prompt_cache_breakpoint"], "it only steers a vendor's cache")
            switch try item.type() {
            case "text":
                try item.allow(only: ["type", "text", "prompt_cache_breakpoint"])
                texts.append(try item.required("text").string())
            case "refusal":
                try item.allow(only: ["type", "refusal"])
                texts.append(try item.required("refusal").string())
            default: _ = try item.required("type").word(of: ["text", "refusal"])
            }
        }
        return texts
    }

    private static let namesAreLost = "other vendors don't know the names of speakers"
    private static let plainKeys: Set<String> = ["role", "content", "name"]
    private static let assistantKeys: Set<String> = [
        "role", "content", "name", "refusal", "audio", "function_call", "tool_calls",
    ]
}
