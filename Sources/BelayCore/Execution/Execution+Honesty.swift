extension Execution {
    /// What an answer claims that no tool did; nil when it is honest as far as can be told.
    func objection(to text: String, for agent: AgentDefinition) -> String? {
        guard agent.honesty == .check else { return nil }
        let happened = self.happened
        let supported = happened.compactMap { ActionVerb(tool: $0)?.pastForms }.reduce(into: Set()) { $0.formUnion($1) }
        let claimed = agent.changingTools.filter { tool in
            guard !happened.contains(tool), let verb = ActionVerb(tool: tool), let check = ClaimCheck(tool: tool),
                supported.isDisjoint(with: verb.pastForms), check.isClaimed(in: text)
            else { return false }
            return check.isClaimed(in: text, reported: self.reported)
        }
        guard !claimed.isEmpty else { return nil }
        return claimed.map { "Your answer claims what \($0) does, but \(self.fate(of: $0))." }.joined(separator: " ")
            + " Say honestly what was done and what was not."
    }

    /// The tools that did what they do: in this execution, or earlier in the session and not tried again since.
    private var happened: Set<String> {
        let tried = Set(self.deeds.map(\.name))
        let carriedOut = Set(self.deeds.filter { $0.outcome == .carriedOut }.map(\.name))
        let results = self.prior.flatMap(\.content).compactMap(\.toolResult)
        let worked = Set(results.filter { !$0.isError }.map(\.callID))
        let before = self.prior.flatMap(\.toolCalls).filter { worked.contains($0.id) }.map(\.name)
        return carriedOut.union(Set(before + (self.summary?.tools ?? [])).subtracting(tried))
    }

    /// The words that tools, the user and earlier conversations used for what is the case: an agent may pass them on.
    private var reported: Set<String> {
        let texts = (self.prior + self.messages).flatMap { message -> [String] in
            message.content.compactMap { content in
                if let result = content.toolResult { return result.content }
                let isSaid = message.role == .user || self.prior.contains(message)
                return isSaid ? content.text.flatMap { $0.hasPrefix("[runtime]") ? nil : $0 } : nil
            }
        }
        let summed = self.summary.map { [$0.text] + $0.facts.map(\.value) } ?? []
        return (texts + summed).reduce(into: Set()) { $0.formUnion(Sentences.statements(in: $1)) }
    }

    private func fate(of tool: String) -> String {
        switch self.deeds.last(where: { $0.name == tool })?.outcome {
        case nil: "it was not called"
        case .mayHaveHappened: "it is not known whether it was carried out"
        case .failed, .carriedOut: "it did not succeed"
        }
    }

    /// The runtime's own words, in place of an answer that twice claimed what did not happen.
    func honestFailure(_ objection: String) -> Event {
        .failed(
            .init(
                failure: ExecutionFailure(
                    code: "answer_dishonest",
                    message: "The agent's answer was held back: it claimed what was not done. \(self.account)")))
    }
}
