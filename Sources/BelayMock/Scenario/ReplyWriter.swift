import BelayJSON
import BelayResilience

/// Turns a reply of the scenario into an answer to one conversation.
struct ReplyWriter {
    let scenario: MockScenario
    let conversation: Conversation

    struct Written {
        var answer: Answer
        var latency: Latency
        var missingPlaceholders: [String]
    }

    /// - Parameters:
    ///   - identifiers: Where the identifiers of the answer come from.
    ///   - created: Unix time in seconds.
    func write(identifiers: inout SeededGenerator, created: Int64) -> Written {
        let (reply, captures) = self.choose()
        var scope = TemplateScope(conversation: self.conversation, captures: captures)
        var answer = Answer(
            id: identifiers.token(length: 22), model: self.conversation.model, created: created,
            text: reply.json.map { $0.json(in: &scope).serialized() } ?? reply.text?.text(in: &scope),
            refusal: reply.refusal?.text(in: &scope), includesUsage: self.conversation.includesUsage)
        for call in reply.toolCalls {
            let arguments =
                switch call.arguments {
                case .json(let template): template.json(in: &scope).serialized()
                case .raw(let template): template.text(in: &scope)
                }
            let name = call.name.text(in: &scope)
            answer.calls.append(.init(id: identifiers.token(length: 22), name: name, arguments: arguments))
        }
        answer.pieceLength = reply.pieceLength ?? Answer.defaultPieceLength
        answer.stop = reply.stop ?? Self.stop(of: answer)
        self.cut(&answer)
        answer.usage = self.usage(reply.usage, of: answer)
        if self.conversation.wantsThoughts, answer.usage.reasoning > 0 {
            answer.encryptedThoughts = ResponsesFormat.thoughtsPrefix + answer.id
        }
        let model = self.scenario.model(named: self.conversation.model)
        let latency = reply.latency.filled(from: model?.latency ?? Latency()).filled(from: self.scenario.latency)
        return Written(answer: answer, latency: latency, missingPlaceholders: scope.missing)
    }

    private func choose() -> (reply: Reply, captures: [String: String]) {
        for rule in self.scenario.rules {
            if let captures = rule.condition.captures(in: self.conversation) {
                return (rule.reply(to: self.conversation), captures)
            }
        }
        return (self.scenario.reply ?? self.standardReply(), [:])
    }

    /// What a provider without a scenario says: the demanded tool, a sample of the demanded structure, or an echo.
    private func standardReply() -> Reply {
        if let tool = self.demandedTool(), self.conversation.lastRole == .user {
            let arguments = JSONTemplate.value(SchemaSample.value(for: tool.parameters))
            let name = Template(literal: tool.name)
            return Reply(toolCalls: [Reply.ToolCall(name: name, arguments: .json(arguments))])
        }
        if let schema = self.conversation.answerSchema {
            return Reply(json: .value(SchemaSample.value(for: schema)))
        }
        if self.conversation.lastRole == .tool, let result = self.conversation.lastResult() {
            return Reply(text: Template(literal: "The tool said: " + result.text))
        }
        return Reply(text: Template(literal: "You said: " + self.conversation.lastMessage))
    }

    private func demandedTool() -> Conversation.OfferedTool? {
        switch self.conversation.toolChoice {
        case .automatic, .none: nil
        case .required: self.conversation.tools.first
        case .named(let name): self.conversation.tools.first { $0.name == name }
        }
    }

    private static func stop(of answer: Answer) -> Answer.Stop {
        if answer.refusal != nil { return .refusal }
        return answer.calls.isEmpty ? .end : .toolCalls
    }

    /// Stops in the middle when the request allows fewer tokens than the text has, as a model does.
    private func cut(_ answer: inout Answer) {
        guard let maximum = self.conversation.maximumOutputTokens, let text = answer.text, answer.calls.isEmpty,
            MockUsage.tokens(of: text) > maximum
        else { return }
        let end = text.utf8.index(text.startIndex, offsetBy: maximum * 4, limitedBy: text.endIndex) ?? text.endIndex
        // The view of scalars rounds the end down, so that no character is cut into invalid UTF-8.
        answer.text = String(text.unicodeScalars[..<end])
        answer.stop = .maximumTokens
    }

    private func usage(_ stated: Reply.Usage, of answer: Answer) -> MockUsage {
        let output = answer.calls.reduce(MockUsage.tokens(of: answer.text ?? answer.refusal ?? "")) {
            $0 + MockUsage.tokens(of: $1.name) + MockUsage.tokens(of: $1.arguments)
        }
        return MockUsage(
            input: stated.input ?? max(0, self.conversation.inputTokens - (stated.cached ?? 0)),
            cached: stated.cached ?? 0, output: stated.output ?? max(1, output), reasoning: stated.reasoning ?? 0)
    }
}
