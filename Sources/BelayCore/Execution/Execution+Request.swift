extension Execution {
    /// The most messages of earlier executions that enter the context.
    private static let priorMessages = 100

    func request(for agent: AgentDefinition) -> ModelRequest {
        var messages = self.context
        if let plan, self.limit == nil { messages.append(.user(Self.describe(plan))) }
        if let limit {
            messages.append(
                .user(
                    "[runtime] Stop here: \(limit.detail). Sum up for the user what was done, what was found and what is "
                        + "still open. Do not call tools."))
        }
        let needsPlan = agent.plans && self.plan == nil && self.limit == nil
        return ModelRequest(
            system: SystemPrompt.text(for: agent), messages: messages, tools: [],
            toolChoice: self.limit != nil ? .none : needsPlan ? .tool(named: BuiltInTool.makePlan.rawValue) : .auto,
            maxOutputTokens: self.limits.maxTokensPerStep)
    }

    /// What was said, as far as a model gets to read it.
    var context: [Message] { (self.summary.map { [$0.message] } ?? []) + self.recentPrior + self.messages }

    /// The end of the session's conversation, from a user's message on, so that no tool result stands alone.
    private var recentPrior: [Message] {
        guard self.prior.count > Self.priorMessages else { return self.prior }
        return Array(self.prior.suffix(Self.priorMessages).drop { $0.role != .user })
    }

    private static func describe(_ plan: Plan) -> String {
        let steps = plan.steps.map { step in
            let tool = step.tool.map { " [\($0)]" } ?? ""
            let after = step.dependsOn.isEmpty ? "" : " after \(step.dependsOn.joined(separator: ", "))"
            return "\(step.id). \(step.title)\(tool)\(after)"
        }
        return "[runtime] Your plan:\n" + steps.joined(separator: "\n")
    }
}
