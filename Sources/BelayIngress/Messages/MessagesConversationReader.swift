import BelayCore
import BelayJSON

/// Reads the messages of a request, and holds them to Anthropic's rule of pairs: the turn of the user after one with tool
/// calls begins with a result for each of them. Neighbours of one role are one turn.
struct MessagesConversationReader: Sendable {
    var context: RequestContext
    private(set) var system = ""
    private(set) var messages: [Message] = []
    /// Calls of the assistant's turn without a result, in order.
    private var open: [String] = []
    /// All ids of calls so far.
    private var known: Set<String> = []
    /// The user's turn has begun to say something else than results.
    private var resultsAreOver = true

    init(context: RequestContext) { self.context = context }

    mutating func readSystem(_ field: Field?) throws(IngressProblem) {
        guard let field else { return }
        self.system = try self.texts(field).joined(separator: "\n\n")
    }

    mutating func read(_ field: Field) throws(IngressProblem) {
        let items = try field.items()
        guard !items.isEmpty else { throw field.problem(.tooSmall, "expected at least one message.") }
        guard items.count <= self.context.limits.messages else {
            throw field.problem(.tooLarge, "expected at most \(self.context.limits.messages) messages.")
        }
        var lastRole = ""
        for (index, item) in items.enumerated() {
            try item.allow(only: ["role", "content"])
            let role = try item.required("role").word(of: ["user", "assistant", "system"])
            if role == "user", lastRole == "assistant" { self.resultsAreOver = false }
            if role == "assistant" { try self.requireAnswers(at: item) }
            if role != "system" { lastRole = role }
            switch role {
            case "user": try self.readUser(try item.required("content"))
            case "assistant":
                try self.readAssistant(try item.required("content"), isLast: index == items.count - 1)
            default: try self.readInstructions(item)
            }
        }
        guard !lastRole.isEmpty else {
            throw field.problem(.brokenConversation, "expected at least one message that is not of the role 'system'.")
        }
        try self.requireAnswers(at: items[items.count - 1], atEnd: true)
    }

    /// Calls of the turn before have to be answered when another one begins.
    private func requireAnswers(at field: Field, atEnd: Bool = false) throws(IngressProblem) {
        let isSameTurn = self.messages.last?.role == .assistant
        guard !self.open.isEmpty, atEnd || !isSameTurn else { return }
        let ids = self.open.map { $0.prefix(64) }.joined(separator: ", ")
        throw field.problem(
            .brokenConversation,
            "the message after one with 'tool_use' blocks has to begin with a 'tool_result' block for each of them. "
                + "There is none for: \(ids).")
    }

    private mutating func readInstructions(_ field: Field) throws(IngressProblem) {
        let text = try self.texts(try field.required("content")).joined(separator: "\n\n")
        self.context.drop(field, "other vendors take instructions before all messages only, where they are put")
        self.system += self.system.isEmpty || text.isEmpty ? text : "\n\n" + text
    }

    private mutating func readUser(_ field: Field) throws(IngressProblem) {
        var parts: [Content] = []
        for item in try self.blocks(field, mayBeEmpty: false) {
            if try item.type() == "tool_result" {
                let result = try self.result(item)
                self.messages.append(Message(role: .tool, content: [.toolResult(result)]))
            } else {
                if !self.resultsAreOver { try self.requireAnswers(at: item, atEnd: true) }
                self.resultsAreOver = true
                if let part = try self.block(item, in: "user") { parts.append(part) }
            }
        }
        if !parts.isEmpty { self.messages.append(Message(role: .user, content: parts)) }
    }

    private mutating func result(_ field: Field) throws(IngressProblem) -> ToolResult {
        try field.allow(only: ["type", "tool_use_id", "content", "is_error", "cache_control", "toolset_name"])
        self.context.drop(field["cache_control"], Self.cacheIsLost)
        let idField = try field.required("tool_use_id")
        let id = try idField.name()
        guard !self.resultsAreOver else {
            throw field.problem(
                .brokenConversation,
                "'tool_result' blocks have to come first in the message after the one with their 'tool_use' blocks.")
        }
        guard let place = self.open.firstIndex(of: id) else {
            throw idField.problem(
                .brokenConversation, "no 'tool_use' block of the message before has this id and no result yet.")
        }
        self.open.remove(at: place)
        return ToolResult(
            callID: id, content: try self.resultText(field["content"]), isError: try field["is_error"]?.bool() ?? false)
    }

    private mutating func resultText(_ field: Field?) throws(IngressProblem) -> String {
        guard let field else { return "" }
        if let text = field.json.stringValue { return text }
        guard field.json.arrayValue != nil else { throw field.wrongType("a string or an array of content blocks") }
        var texts: [String] = []
        for item in try field.items() {
            let type = try item.type()
            if type == "text" {
                try item.allow(only: Self.textKeys)
                self.context.drop(item["cache_control"], Self.cacheIsLost)
                texts.append(try item.required("text").string())
            } else {
                _ = try item.required("type").word(of: Self.resultBlocks)
                self.context.demand(item, "other vendors take text only as the result of a tool")
            }
        }
        return texts.joined(separator: "\n")
    }

    private mutating func readAssistant(_ field: Field, isLast: Bool) throws(IngressProblem) {
        var parts: [Content] = []
        for item in try self.blocks(field, mayBeEmpty: isLast) {
            if let part = try self.block(item, in: "assistant") { parts.append(part) }
        }
        self.messages.append(Message(role: .assistant, content: parts))
    }

    /// A text counts as one block.
    private func blocks(_ field: Field, mayBeEmpty: Bool) throws(IngressProblem) -> [Field] {
        let items: [Field]
        if let text = field.json.stringValue {
            let block: JSON = ["type": "text", "text": .string(text)]
            items = text.isEmpty ? [] : [Field(json: block, path: field.path)]
        } else {
            guard field.json.arrayValue != nil else { throw field.wrongType("a string or an array of content blocks") }
            items = try field.items()
        }
        guard !items.isEmpty || mayBeEmpty else { throw field.problem(.badValue, "a message can't be empty.") }
        return items
    }

    /// Content that may hold text only.
    private mutating func texts(_ field: Field) throws(IngressProblem) -> [String] {
        if let text = field.json.stringValue { return [text] }
        guard field.json.arrayValue != nil else { throw field.wrongType("a string or an array of text blocks") }
        var texts: [String] = []
        for item in try field.items() {
            _ = try item.required("type").word(of: ["text"])
            texts.append(try self.text(item))
        }
        return texts
    }

    private mutating func text(_ field: Field) throws(IngressProblem) -> String {
        try field.allow(only: Self.textKeys)
        self.context.drop(field["cache_control"], Self.cacheIsLost)
        let textField = try field.required("text")
        let text = try textField.string()
        guard !text.allSatisfy(\.isWhitespace) else {
            throw textField.problem(.badValue, "a text block needs something other than white space.")
        }
        return text
    }

    private mutating func block(_ field: Field, in role: String) throws(IngressProblem) -> Content? {
        let type = try field.type()
        switch (type, role) {
        case ("text", _): return .text(try self.text(field))
        case ("image", "user"): return try self.image(field)
        case ("document", "user"): return try self.document(field)
        case ("tool_use", "assistant"): return try self.call(field)
        case ("thinking", "assistant"): return try self.thinking(field)
        case ("redacted_thinking", "assistant"):
            try field.allow(only: ["type", "data"])
            let data = try field.required("data").name(atMost: .max)
            return self.context.reasoning("", signature: Reasoning.signature(ofRedacted: data))
        default:
            guard Self.ownBlocks.contains(type) else {
                throw IngressProblem(
                    .badValue, at: field.path.key("type"),
                    "'\(type.prefix(64))' is no type of block that is possible in a message of the \(role).")
            }
            self.context.demand(field, "the block is Anthropic's own")
            return nil
        }
    }

    private func thinking(_ field: Field) throws(IngressProblem) -> Content {
        try field.allow(only: ["type", "thinking", "signature"])
        let signature = try field.required("signature").string()
        return self.context.reasoning(
            try field.required("thinking").string(), signature: signature.isEmpty ? nil : signature)
    }

    private mutating func call(_ field: Field) throws(IngressProblem) -> Content {
        try field.allow(only: ["type", "id", "name", "input", "cache_control", "caller", "toolset_name"])
        self.context.drop(field["cache_control"], Self.cacheIsLost)
        if let caller = field["caller"], caller.json["type"] != "direct" {
            self.context.demand(caller, "calls from inside of code are Anthropic's own")
        }
        self.context.demand(field["toolset_name"], "sets of tools are Anthropic's own")
        let idField = try field.required("id")
        let id = try idField.name()
        guard self.known.insert(id).inserted else {
            throw idField.problem(.brokenConversation, "another 'tool_use' block has the same id.")
        }
        let input = try field.required("input")
        try input.object()
        self.open.append(id)
        return .toolCall(
            ToolCall(id: id, name: try field.required("name").name(), arguments: input.json.serialized()))
    }

    private static let cacheIsLost = "it only steers a vendor's cache"
    private static let textKeys: Set<String> = ["type", "text", "cache_control", "citations"]
    private static let resultBlocks = [
        "text", "image", "search_result", "document", "tool_reference", "browser_state",
    ]
    /// What Anthropic's own tools and betas put into messages.
    private static let ownBlocks: Set<String> = [
        "search_result", "server_tool_use", "web_search_tool_result", "web_fetch_tool_result",
        "code_execution_tool_result", "bash_code_execution_tool_result", "text_editor_code_execution_tool_result",
        "tool_search_tool_result", "container_upload", "mcp_tool_use", "mcp_tool_result", "compaction", "fallback",
        "tool_addition", "tool_removal", "advisor_tool_result", "mcp_tool_listing", "billing_policy", "connector_text",
    ]
}
