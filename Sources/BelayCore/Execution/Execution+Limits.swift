extension Execution {
    /// The events that say which limit was reached; nil while all of them hold.
    func reachedLimit(at now: Timestamp) -> [Event]? {
        if let loop = self.loops.loop(maxRepeats: self.limits.maxRepeats) {
            return [
                .loopDetected(.init(detail: loop)), .limitReached(.init(reason: .loop, detail: loop)),
            ]
        }
        guard let (reason, detail) = self.exceeded(at: now) else { return nil }
        return [.limitReached(.init(reason: reason, detail: detail))]
    }

    private func exceeded(at now: Timestamp) -> (TerminationReason, String)? {
        let limits = self.limits
        let spent = self.time.spent(at: now)
        if spent >= limits.timeout {
            return (.timeout, "\(spent.milliseconds) ms of work, the limit is \(limits.timeout.milliseconds) ms")
        }
        if self.charged >= limits.maxCost {
            let unknown = self.hasUnknownCost ? ", with a ceiling for calls without a known price" : ""
            return (.budget, "\(self.charged) spent\(unknown), the limit is \(limits.maxCost)")
        }
        if self.usage.total >= limits.maxTokens {
            return (.maxTokens, "\(self.usage.total) tokens used, the limit is \(limits.maxTokens)")
        }
        if self.steps >= limits.maxSteps {
            return (.maxSteps, "\(self.steps) steps taken, the limit is \(limits.maxSteps)")
        }
        // An agent that may call nothing may still answer.
        if self.toolCalls >= max(limits.maxToolCalls, 1) {
            return (.maxToolCalls, "\(self.toolCalls) tool calls made, the limit is \(limits.maxToolCalls)")
        }
        return nil
    }

    /// An honest summary without a model: what was asked, what was done, why it stopped. What the model said last is quoted
    /// as far as it claims nothing that wasn't done.
    func limitSummary(for agent: AgentDefinition) -> Event {
        let reason = self.limit?.reason ?? .error
        var lines = ["I had to stop before this was finished: \(self.limit?.detail ?? "no model could be reached")."]
        lines.append(self.account)
        let said = self.messages.last { $0.role == .assistant && !$0.text.isEmpty }?.text
        if let said, self.objection(to: said, for: agent) == nil { lines.append("Last finding: \(said)") }
        return .completed(.init(output: lines.joined(separator: "\n"), reason: reason))
    }

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
