extension Execution {
    /// The events that follow from a limit that was reached; nil while all of them hold.
    func reachedLimit(
        at now: Timestamp, agent: AgentDefinition, using random: inout some RandomNumberGenerator
    ) -> [Event]? {
        if let loop = self.loops.loop(maxRepeats: self.limits.maxRepeats) {
            return [
                .loopDetected(.init(detail: loop)), .limitReached(.init(reason: .loop, detail: loop)),
            ]
        }
        guard let use = self.uses(at: now).first(where: \.isReached) else { return nil }
        if let question = self.askToRaise(use, at: now, agent: agent, using: &random) { return [question] }
        return [.limitReached(.init(reason: use.kind.reason, detail: use.detail))]
    }

    /// The events that follow when the next call may cost more than is left.
    func atCostLimit(
        needing words: String, at now: Timestamp, agent: AgentDefinition, using random: inout some RandomNumberGenerator
    ) -> [Event] {
        guard var use = self.uses(at: now).first(where: { $0.kind == .cost }) else { return [] }
        use.detail += "; \(words)"
        if let question = self.askToRaise(use, at: now, agent: agent, using: &random) { return [question] }
        return [.limitReached(.init(reason: .budget, detail: use.detail))]
    }

    /// The events that say, once for each limit, that four fifths of it are gone. What is at its end is told by that.
    func approaching(at now: Timestamp) -> [Event] {
        guard self.limit == nil, self.waits.isEmpty else { return [] }
        let uses = self.uses(at: now).filter {
            // Of a session's tokens an earlier execution has told it.
            let before = $0.kind == .sessionTokens ? Int64(self.earlierTokens) : 0
            return $0.isNear && !$0.isReached && !self.approachedLimits.contains($0.kind) && !$0.isNear(with: before)
        }
        return uses.map {
            .limitApproached(.init(kind: $0.kind, spent: $0.spent, allowed: $0.allowed, detail: $0.detail))
        }
    }

    /// What of each limit is used up, in the order in which they are looked at.
    private func uses(at now: Timestamp) -> [LimitUse] {
        let (limits, spent) = (self.limits, self.time.spent(at: now).milliseconds)
        let unknown = self.hasUnknownCost ? ", with a ceiling for calls without a known price" : ""
        let uses: [(kind: LimitKind, spent: Int64, words: String)] = [
            (.time, spent, "\(spent) ms of work, the limit is \(limits.timeout.milliseconds) ms"),
            (.cost, self.charged.nanoDollars, "\(self.charged) spent\(unknown), the limit is \(limits.maxCost)"),
            (.tokens, Int64(self.usage.total), "\(self.usage.total) tokens used, the limit is \(limits.maxTokens)"),
            (
                .sessionTokens, self.accepted.session == nil ? 0 : Int64(self.sessionTokens),
                "\(self.sessionTokens) tokens used in this conversation, the limit is \(limits.maxSessionTokens)"
            ),
            (.steps, Int64(self.steps), "\(self.steps) steps taken, the limit is \(limits.maxSteps)"),
            (
                .toolCalls, Int64(self.toolCalls),
                "\(self.toolCalls) tool calls made, the limit is \(limits.maxToolCalls)"
            ),
        ]
        return uses.map {
            LimitUse(kind: $0.kind, spent: $0.spent, allowed: limits.allowed($0.kind), detail: $0.words)
        }
    }

    /// An honest summary without a model: what was asked, what was done, why it stopped. What the model said last is quoted
    /// as far as it claims nothing that wasn't done.
    func limitSummary(for agent: AgentDefinition) -> Event {
        let reason = self.limit?.reason ?? .error
        if reason == .sessionTokens { return .completed(.init(output: self.farewell, reason: reason)) }
        var lines = ["I had to stop before this was finished: \(self.why)."]
        lines.append(self.account)
        let said = self.messages.last { $0.role == .assistant && !$0.text.isEmpty }?.text
        if let said, self.objection(to: said, for: agent) == nil { lines.append("Last finding: \(said)") }
        return .completed(.init(output: lines.joined(separator: "\n"), reason: reason))
    }

    /// Of a budget of whoever pays the user needn't know the figures: they are in the journal.
    private var why: String {
        if self.isOutOfBudget { return "the budget for it is used up" }
        return self.limit?.detail ?? "no model could be reached"
    }

    /// The end of a session that has used up its tokens. What it established goes along, so that the next one needn't begin
    /// with nothing.
    private var farewell: String {
        var lines = [
            "This conversation has to end here: \(self.limit?.detail ?? ""). Please start a new one; nothing that is sent "
                + "to this one is answered any more."
        ]
        if self.steps > 0 { lines.append(self.account) }
        let facts = (self.summary?.facts ?? []).filter { $0.source != .tool }.suffix(Self.farewellFacts)
        if !facts.isEmpty {
            lines.append("On record: " + facts.map { "\($0.name): \($0.value)" }.joined(separator: "; ") + ".")
        }
        return lines.joined(separator: "\n")
    }

    private static let farewellFacts = 20

    /// What was carried out, what may have happened, and what was tried without success: a line each.
    var account: String {
        let worked = self.counted(.carriedOut)
        let unsure = self.counted(.mayHaveHappened)
        let failed = self.counted(.failed)
        var lines: [String] = []
        if !worked.isEmpty {
            lines.append("Carried out: \(worked).")
        } else if unsure.isEmpty {
            lines.append("Nothing was carried out.")
        }
        if !unsure.isEmpty { lines.append("May have happened: \(unsure).") }
        if !failed.isEmpty { lines.append("Tried without success: \(failed).") }
        return lines.joined(separator: "\n")
    }

    /// The names of the calls that ended so, each with how often.
    private func counted(_ outcome: Deed.Outcome) -> String {
        var order: [String] = []
        var counts: [String: Int] = [:]
        for name in self.deeds.lazy.filter({ $0.outcome == outcome }).map(\.name) {
            if counts[name] == nil { order.append(name) }
            counts[name, default: 0] += 1
        }
        return order.map { counts[$0] == 1 ? $0 : "\($0) (\(counts[$0] ?? 0) times)" }.joined(separator: ", ")
    }
}
