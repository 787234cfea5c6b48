import BelayJSON

extension Execution {
    /// Of the session's earlier executions at most 20 are read and 100 messages sent: before that nothing gets lost.
    private static let mostExecutions = 16
    private static let mostMessages = 80
    /// Below so many tokens a context isn't worth a model call, however little the session has left.
    private static let leastTokens = 1_000
    /// What stays as it was may take this share of the room.
    private static let keptShare = 2
    private static let longestCall = Duration.seconds(60)

    /// What leaves the context before a model is asked again; nil when all of it stays.
    func compaction(at now: Timestamp, agent: AgentDefinition) -> CompactionPlan? {
        guard agent.compaction.isOn, self.limit == nil else { return nil }
        if case .modelFailed(let failure, _) = self.obstacle {
            guard failure.kind == .contextTooLong, self.compactions < 2 else { return nil }
            // What was tried didn't help, or not enough.
            let turns = self.compactions == 0 ? agent.compaction.keepTurns : 1
            return self.compaction(.tooLong, keeping: turns, at: now, agent: agent)
        }
        guard self.compactions == 0, let cause = self.pressure(on: agent) else { return nil }
        return self.compaction(cause, keeping: agent.compaction.keepTurns, at: now, agent: agent)
    }

    /// Why the context has to become smaller; nil when it needn't.
    private func pressure(on agent: AgentDefinition) -> Event.ContextCompacted.Cause? {
        let size = self.contextTokens(for: agent)
        let room = agent.compaction.contextTokens
        if size >= room - room / 5 { return .window }
        // A conversation by word of its client comes whole with each task: to sum it up each time would save nothing.
        guard self.accepted.session != nil else { return nil }
        let isLong = self.session.executions >= Self.mostExecutions && self.summary == self.session.summary
        if isLong || self.prior.count >= Self.mostMessages { return .history }
        let (budget, used) = (self.limits.maxSessionTokens, self.sessionTokens)
        return used >= budget - budget / 5 && size >= Self.leastTokens ? .sessionBudget : nil
    }

    /// As large as the last request was, or as it is estimated.
    private func contextTokens(for agent: AgentDefinition) -> Int {
        let prompt = SystemPrompt.text(for: agent).estimatedTokens
        return max(self.lastInput, prompt + self.context.estimatedTokens)
    }

    private func compaction(
        _ cause: Event.ContextCompacted.Cause, keeping turns: Int, at now: Timestamp, agent: AgentDefinition
    ) -> CompactionPlan? {
        let all = self.prior + self.messages
        var (turns, cut) = (turns, Self.cut(all, keeping: turns))
        while turns > 1,
            all[cut...].reduce(0, { $0 + $1.estimatedTokens }) > agent.compaction.contextTokens / Self.keptShare
        {
            turns -= 1
            cut = Self.cut(all, keeping: turns)
        }
        let ownCut = max(0, cut - self.prior.count)
        let own = Array(zip(self.messages, self.origins)).prefix(ownCut)
        let replaced = Array(self.prior.prefix(cut)) + own.filter { !self.isPinned($0.0, $0.1) }.map(\.0)
        guard replaced.count >= 2, self.isWorthIt(replaced.estimatedTokens, cause, agent) else { return nil }
        let transcript = Transcript(replaced, maxBytes: max(6_000, agent.compaction.contextTokens * 3 / 2))
        return CompactionPlan(
            cause: cause, call: self.summaryCall(transcript, at: now, agent: agent),
            fallback: self.withoutModel(cause, replaced: replaced, cut: cut, through: own.last?.1 ?? 0),
            transcript: transcript)
    }

    /// To sum up costs about as many tokens as it takes away, so where tokens are what is missing enough of them have to go:
    /// else what stays, the system prompt and the tools among it, would have every step summed up anew.
    private func isWorthIt(
        _ tokens: Int, _ cause: Event.ContextCompacted.Cause, _ agent: AgentDefinition
    ) -> Bool {
        switch cause {
        case .tooLong, .history: true
        case .window: tokens.saturatingProduct(4) >= self.contextTokens(for: agent)
        case .sessionBudget: tokens.saturatingProduct(2) >= self.contextTokens(for: agent)
        }
    }

    /// What stands in the context when no model sums up.
    private func withoutModel(
        _ cause: Event.ContextCompacted.Cause, replaced: [Message], cut: Int, through: Int
    ) -> Event.ContextCompacted {
        var summary = self.summary ?? ContextSummary()
        summary.messages += replaced.count
        summary.unread += replaced.count
        let worked = Set(replaced.flatMap(\.content).compactMap(\.toolResult).filter { !$0.isError }.map(\.callID))
        summary.add(tools: replaced.flatMap(\.toolCalls).filter { worked.contains($0.id) }.map(\.name))
        return Event.ContextCompacted(
            cause: cause, through: through, replaced: replaced.count, earlier: Array(self.prior.dropFirst(cut)),
            summary: summary)
    }

    /// Where the last turns begin: an answer of the model, with what led to it, is one.
    private static func cut(_ messages: [Message], keeping turns: Int) -> Int {
        let answers = messages.indices.filter { messages[$0].role == .assistant }
        guard answers.count > turns else { return 0 }
        let first = answers[answers.count - turns]
        return first > 0 && messages[first - 1].role == .user ? first - 1 : first
    }

    /// The task and the words of staff are never replaced.
    func isPinned(_ message: Message, _ origin: Int) -> Bool {
        origin == 1 || message.role == .user && message.text.hasPrefix("[staff] ")
    }

    private func summaryCall(_ transcript: Transcript, at now: Timestamp, agent: AgentDefinition) -> ModelCall {
        let own = agent.compaction.route == nil
        let left = self.limits.timeout - self.time.spent(at: now)
        var call = ModelCall(
            request: ModelRequest(
                system: CompactionPlan.instructions,
                messages: [.user(transcript.document(after: self.summary).serialized())],
                maxOutputTokens: agent.compaction.summaryTokens, outputSchema: CompactionPlan.schema),
            route: agent.compaction.route ?? agent.route, pinned: own ? self.path : nil,
            tenant: self.accepted.user.tenant, task: "compaction", caller: self.caller(of: agent),
            timeout: min(Self.longestCall, max(left, .seconds(1))),
            outcome: "\(self.accepted.execution.rawValue).c\(self.sequence)")
        (call.purpose, call.allowance) = (.compaction, self.allowance)
        return call
    }

    mutating func compacted(_ event: Event.ContextCompacted, _ entry: JournalEvent) throws(JournalError) {
        guard event.through <= self.sequence else { throw self.error(entry, "it replaces what is yet to be said") }
        self.prior = event.earlier
        let kept = zip(self.messages, self.origins).filter { message, origin in
            origin > event.through || self.isPinned(message, origin)
        }
        self.messages = kept.map(\.0)
        self.origins = kept.map(\.1)
        self.summary = event.summary
        self.compactions += 1
        self.lastInput = 0
        if case .modelFailed(let failure, _) = self.obstacle, failure.kind == .contextTooLong { self.obstacle = .none }
        self.bill(event.cost, usage: event.usage)
        self.time.record(milliseconds: event.milliseconds)
    }

    /// What the session has used, this execution included.
    var sessionTokens: Int { self.earlierTokens.saturatingSum(self.usage.total) }

    /// What a later execution of the session takes over.
    public var handedOn: SessionContext {
        let isCompacted = self.summary != self.session.summary
        return SessionContext(
            summary: self.summary, messages: self.conversation, tokens: self.sessionTokens,
            executions: isCompacted ? 1 : self.session.executions + 1)
    }
}
