import BelayCore
import BelayJSON

/// What a request asks when its model is an agent: a task, and what was said before it.
///
/// An agent has its own instructions, tools and limits. What would make its answer another one is refused by name; mere
/// hints are left out, as they are between vendors, and so are limits of tokens, which no client of Anthropic's protocol
/// can do without: those of the agent hold.
package struct AgentTask: Sendable, Hashable {
    /// The text of the last message, which has to be the user's.
    package var text: String
    /// The messages before it: texts of the user and the assistant.
    package var conversation: [Message]
    /// Where the task stands in the request.
    package var place: ParameterPath

    /// - Parameter body: What `asked` was read from.
    /// - Throws: `IngressProblem` with the path of the first thing that an agent doesn't take.
    package init(_ asked: IngressRequest, body: [UInt8], limits: IngressLimits) throws(IngressProblem) {
        let body = try BodyReading.object(body, limits: limits)
        try AgentParameters.check(body, of: asked.wire)
        try Self.checkMessages(of: body, of: asked.wire)
        var messages = asked.request.messages
        guard let last = messages.popLast(), last.role == .user else {
            throw IngressProblem(
                .brokenConversation, at: Self.place(asked.wire),
                "the last message has to be the user's: it is the agent's task.")
        }
        self.text = last.text
        self.place = Self.place(of: body, asked.wire)
        self.conversation = messages.compactMap { message in
            // Reasoning is its provider's own, and an empty text says nothing.
            message.text.isEmpty ? nil : Message(role: message.role, content: [.text(message.text)])
        }
    }

    /// Of the last message.
    private static func place(of body: Field, _ wire: IngressProtocol) -> ParameterPath {
        let list = Self.place(wire)
        guard let items = body[list.bracketed]?.json.arrayValue, !items.isEmpty else { return list }
        return list.index(items.count - 1).key("content")
    }

    private static func place(_ wire: IngressProtocol) -> ParameterPath {
        ParameterPath(wire == .responses ? "input" : "messages")
    }

    private static func checkMessages(of body: Field, of wire: IngressProtocol) throws(IngressProblem) {
        guard let list = body[wire == .responses ? "input" : "messages"], list.json.arrayValue != nil else { return }
        for item in try list.items() {
            if let role = item["role"]?.json.stringValue, ["system", "developer"].contains(role) {
                throw item.problem(.unsupported, "an agent has instructions of its own and takes none from a client.")
            }
            let isMessage = ["message", "reasoning"].contains(item["type"]?.json.stringValue ?? "message")
            if !isMessage || ["tool", "function"].contains(item["role"]?.json.stringValue) {
                throw item.problem(.unsupported, Self.textOnly)
            }
            if let calls = item["tool_calls"], calls.json.arrayValue?.isEmpty != true {
                throw calls.problem(.unsupported, Self.textOnly)
            }
            guard let content = item["content"], content.json.arrayValue != nil else { continue }
            for part in try content.items() where !Self.texts.contains(part["type"]?.json.stringValue ?? "text") {
                throw part.problem(.unsupported, Self.textOnly)
            }
        }
    }

    private static let textOnly = "the conversation with an agent consists of texts; its tools are its own."
    private static let texts: Set<String> = [
        "text", "input_text", "output_text", "summary_text", "refusal", "thinking", "redacted_thinking",
        "reasoning_text",
    ]
}
