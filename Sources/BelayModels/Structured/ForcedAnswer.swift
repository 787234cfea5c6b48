import BelayCore
import BelayJSON

/// Asks for JSON of a schema as the arguments of a tool that has to be called, for models whose provider has no mode of its
/// own for it. The tool is nobody's to run: its arguments are the answer.
enum ForcedAnswer {
    static let tool = "give_answer"

    /// What vendors refuse at the root of a tool's schema: OpenAI all of these, Anthropic those that combine schemas.
    private static let refusedAtTheRoot = ["oneOf", "anyOf", "allOf", "enum", "not", "const", "$ref"]

    private static let inNames = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-".utf8)

    /// Whether the answer can be asked for so. A tool of the client's own would be in the way; and a model that is told to
    /// think, or whose answer was begun for it, can't be made to call one.
    static func fits(_ schema: JSON, _ request: ModelRequest) -> Bool {
        Self.areArguments(schema) && request.tools.isEmpty && !request.endsWithPrefill
            && (request.reasoningEffort ?? .off) == .off
            // Vendors refuse messages with calls of tools that the request doesn't offer.
            && !request.messages.contains { !$0.toolCalls.isEmpty || $0.role == .tool }
    }

    /// Whether vendors take a schema for that of a tool's arguments: an object with members, since to a tool without any
    /// models say `{}`, by names as Anthropic has them (`^[a-zA-Z0-9_.-]{1,64}$`).
    private static func areArguments(_ schema: JSON) -> Bool {
        guard schema["type"] == "object", let members = schema["properties"]?.objectValue, !members.isEmpty,
            Self.refusedAtTheRoot.allSatisfy({ schema[$0] == nil })
        else { return false }
        return members.keys.allSatisfy { (1...64).contains($0.utf8.count) && $0.utf8.allSatisfy(Self.inNames.contains) }
    }

    /// - Parameter saysParallel: Whether the model can be told to make one call only.
    static func ask(for schema: JSON, in request: inout ModelRequest, saysParallel: Bool) {
        request.tools = [
            ToolDefinition(
                name: Self.tool, description: "Gives the answer, as the arguments of one call.", parameters: schema)
        ]
        request.toolChoice = .tool(named: Self.tool)
        request.parallelToolCalls = saysParallel ? false : nil
        request.outputSchema = nil
    }

    /// Whether a request, as it was adapted to its model, asks for the answer in this way.
    static func isAsked(by adapted: ModelRequest, for request: ModelRequest) -> Bool {
        request.outputSchema != nil && request.tools.isEmpty && adapted.toolChoice == .tool(named: Self.tool)
    }

    /// The answer with the arguments of the first call as its text. One that holds no call, or that writes an object before
    /// it calls, is taken at its word: some servers take no notice of the choice of tools, and their models may have
    /// answered all the same. ``ForcedAnswerStream`` reads a stream by the same rule.
    static func read(_ answer: ModelAnswer) throws(ModelFailure) -> ModelAnswer {
        let before = answer.content.prefix { $0.toolCall?.name != Self.tool }
        let arguments = answer.content.dropFirst(before.count).first?.toolCall?.arguments
        let isWritten = arguments == nil || Self.beginsObject(before.compactMap(\.text).joined()) == true
        let text = isWritten ? answer.text : arguments ?? ""
        var read = answer
        read.content = answer.content.filter { part in
            if case .reasoning = part { true } else { false }
        }
        if !text.isEmpty { read.content.append(.text(text)) }
        read.stopReason = Self.stopReason(answer.stopReason)
        return try Answers.checked(read)
    }

    /// Whether a text begins with an object; nil while it is white space alone.
    static func beginsObject(_ text: String) -> Bool? {
        text.unicodeScalars.first { !$0.properties.isWhitespace }.map { $0 == "{" }
    }

    /// A call of a tool is how such an answer ends.
    static func stopReason(_ reason: StopReason) -> StopReason { reason == .toolUse ? .endTurn : reason }
}
