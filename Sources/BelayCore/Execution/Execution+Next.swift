import BelayJSON

extension Execution {
    /// What to do at this moment. Depends on nothing but the journal, the agent, the time and chance (for new names).
    public func next(
        at now: Timestamp, for agent: AgentDefinition, using random: inout some RandomNumberGenerator
    ) -> Command {
        if self.isEnded { return .end }
        if self.isCancelRequested {
            return .append(self.closing(with: .cancelled(.init()), "the execution was cancelled"))
        }
        if self.accepted.continues != nil, !self.isSessionTold {
            return .append([.sessionContinued(.init(tokens: self.earlierTokens))])
        }
        let expired = self.waits.filter { $0.expires <= now }
        if !expired.isEmpty { return .append(expired.map { .waitExpired(.init(wait: $0.id)) }) }
        if !self.calls.isEmpty { return self.nextForCalls(at: now, agent: agent, using: &random) }
        let approached = self.approaching(at: now)
        if !approached.isEmpty { return .append(approached) }
        if let ending = self.ending(for: agent) { return .append(ending) }
        if !self.waits.isEmpty { return .wait(until: self.waits.map(\.expires).min()) }
        if case .modelFailed(let failure, let message) = self.obstacle {
            if let plan = self.compaction(at: now, agent: agent) { return .compact(plan) }
            return .append(
                self.afterModelFailure(failure, userMessage: message, at: now, agent: agent, using: &random))
        }
        if let judged = self.judgeAnswer(at: now, agent: agent, using: &random) { return .append(judged) }
        if self.limit == nil, let reached = self.reachedLimit(at: now, agent: agent, using: &random) {
            return .append(reached)
        }
        if let plan = self.compaction(at: now, agent: agent) { return .compact(plan) }
        return .callModel(self.modelCall(at: now, agent: agent))
    }

    /// What ends the execution now, if anything does.
    private func ending(for agent: AgentDefinition) -> [Event]? {
        switch self.obstacle {
        case .answeredByPerson(let text): return [.completed(.init(output: text, reason: .escalated))]
        case .handoffExpired:
            return [
                .failed(
                    .init(
                        failure: ExecutionFailure(
                            code: "handoff_expired",
                            message: "The task was handed to a person and nobody took it in time.")))
            ]
        case .modelFailed where self.limit != nil: return [self.limitSummary(for: agent)]
        case .none, .modelFailed: break
        }
        guard let limit else { return nil }
        if !limit.reason.allowsModelSummary { return [self.limitSummary(for: agent)] }
        // The model was asked to sum up: its words, if it found any, end the execution.
        guard self.summaryStep == self.steps else { return nil }
        let words = self.messages.last { $0.role == .assistant }?.text ?? ""
        return words.isEmpty || self.objection(to: words, for: agent) != nil
            ? [self.limitSummary(for: agent)] : [.completed(.init(output: words, reason: limit.reason))]
    }

    /// A final answer that can be used ends the execution; one that can't is sent back once for each of its faults.
    private func judgeAnswer(
        at now: Timestamp, agent: AgentDefinition, using random: inout some RandomNumberGenerator
    ) -> [Event]? {
        guard let last = self.messages.last, last.role == .assistant else { return nil }
        if self.lastStop == .maxTokens {
            if self.truncations == 0 {
                let error = "Your answer was cut at \(self.limits.maxTokensPerStep) tokens. Give it again, shorter."
                return [
                    .outputRejected(.init(validator: Event.OutputRejected.length, error: error)),
                    .escalated(.init(tier: 1, reason: "the answer was cut at the step's token limit")),
                ]
            }
            return [
                .limitReached(
                    .init(
                        reason: .maxTokens,
                        detail: "two answers in a row were longer than \(self.limits.maxTokensPerStep) tokens"))
            ]
        }
        guard let objection = self.objection(to: last.text, for: agent) else {
            return [.completed(.init(output: last.text, reason: .completed))]
        }
        let rejected = Event.outputRejected(.init(validator: Event.OutputRejected.honesty, error: objection))
        if self.dishonesties == 0 {
            return [rejected, .escalated(.init(tier: 1, reason: "the answer claimed what was not done"))]
        }
        guard agent.handsOff else { return [rejected, self.honestFailure(objection)] }
        return [rejected] + self.handOff(reason: objection, callID: nil, at: now, agent: agent, using: &random)
    }

    private func modelCall(at now: Timestamp, agent: AgentDefinition) -> ModelCallPlan {
        let isSummary = self.limit != nil
        let left = self.limits.timeout - self.time.spent(at: now)
        var call = ModelCall(
            request: self.request(for: agent), route: agent.route, pinned: self.path,
            isCritical: self.accepted.isCritical, tenant: self.accepted.user.tenant, task: agent.name,
            caller: self.caller(of: agent), timeout: isSummary ? .seconds(30) : max(left, .seconds(1)),
            outcome: self.accepted.execution.outcome(ofStep: self.steps + 1))
        call.allowance = self.allowance
        return ModelCallPlan(step: self.steps + 1, purpose: isSummary ? .summary : .step, call: call)
    }
}

extension Execution {
    /// For whom its calls are made.
    package func caller(of agent: AgentDefinition) -> ModelCaller {
        ModelCaller(
            user: self.accepted.user.id, customer: self.accepted.user.customer,
            session: self.accepted.session?.rawValue ?? self.accepted.execution.rawValue, agent: agent.name,
            version: agent.version, execution: self.accepted.execution.rawValue)
    }

    /// What its next call may cost at most.
    package var allowance: Money { max(.zero, self.limits.maxCost - self.charged) }
}

extension TerminationReason {
    /// Whether there is time and money left to let the model sum up.
    var allowsModelSummary: Bool {
        switch self {
        case .maxSteps, .maxToolCalls, .loop: true
        case .completed, .maxTokens, .timeout, .budget, .sessionTokens, .cancelled, .escalated, .error: false
        }
    }
}
