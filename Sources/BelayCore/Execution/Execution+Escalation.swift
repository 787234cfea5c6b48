import BelayJSON

extension Execution {
    /// A model could not be reached, or refused: pause, hand over, or fail.
    func afterModelFailure(
        _ failure: ModelFailure, userMessage: String, at now: Timestamp, agent: AgentDefinition,
        using random: inout some RandomNumberGenerator
    ) -> [Event] {
        if failure.kind == .allowanceExceeded {
            return self.atCostLimit(needing: failure.message, at: now, agent: agent, using: &random)
        }
        // Whoever pays set that limit: nobody who looks after the agent can raise it.
        if failure.kind == .budgetExceeded {
            return [.limitReached(.init(reason: .budget, detail: failure.message))]
        }
        if self.accepted.isCritical { return [Self.failed(failure)] }
        switch failure.kind.disposition {
        case .transient, .nextPath, .keyFault:
            guard self.modelPauses >= self.limits.maxModelPauses else {
                return [self.pause(failure, userMessage: userMessage, at: now, using: &random)]
            }
        case .stop, .adapt, .tooLong, .refused: break
        }
        guard agent.handsOff else { return [Self.failed(failure)] }
        let reason = "\(userMessage) (\(failure.kind.rawValue): \(failure.message))"
        return self.handOff(reason: reason, callID: nil, at: now, agent: agent, using: &random)
    }

    private static func failed(_ failure: ModelFailure) -> Event {
        .failed(
            .init(
                failure: ExecutionFailure(
                    code: "model_\(failure.kind.code)", message: "No model answered: \(failure.message)")))
    }

    /// A durable pause: 5 s, 20 s, 80 s ... up to 5 minutes, or what the provider asked for.
    private func pause(
        _ failure: ModelFailure, userMessage: String, at now: Timestamp, using random: inout some RandomNumberGenerator
    ) -> Event {
        let backoff = Duration.seconds(min(300, 5 << (2 * min(self.modelPauses, 4))))
        let delay = max(backoff, min(failure.retryAfter ?? .zero, .seconds(300)))
        return .waitOpened(
            Wait(
                id: .make(at: now, using: &random), kind: .timer, question: userMessage,
                context: ["reason": .string(failure.kind.code)], expires: now.advanced(by: delay)))
    }

    /// Opens a hand-off with everything that a person needs.
    func handOff(
        reason: String, callID: String?, at now: Timestamp, agent: AgentDefinition,
        using random: inout some RandomNumberGenerator
    ) -> [Event] {
        let wait = Wait(
            id: .make(at: now, using: &random), kind: .handoff, question: reason, context: self.handOffContext,
            answerSchema: WaitSchema.handoff, callID: callID, expires: now.advanced(by: agent.waitExpiry))
        return [.escalated(.init(tier: 3, reason: reason)), .waitOpened(wait)]
    }

    /// The task, the end of the conversation, and what was tried.
    private var handOffContext: JSON {
        let conversation: [JSON] = (self.prior + self.messages).suffix(20).compactMap { message in
            let text = message.text
            return text.isEmpty
                ? nil : ["role": .string(message.role.rawValue), "text": .string(String(text.prefix(4_000)))]
        }
        let tried: [JSON] = self.deeds.suffix(50).map {
            [
                "tool": .string($0.name), "succeeded": .bool($0.outcome == .carriedOut),
                "may_have_happened": .bool($0.outcome == .mayHaveHappened),
            ]
        }
        return [
            "task": .string(String(self.accepted.task.prefix(8_000))), "conversation": .array(conversation),
            "tried": .array(tried),
        ]
    }

    /// Closes what is open and ends: every call gets its one result in the same transaction.
    package func closing(with end: Event, _ reason: String) -> [Event] {
        let results: [Event] = self.calls.compactMap { open in
            if open.result != nil { return nil }
            if open.isUnsent {
                return .toolCallDenied(
                    .init(callID: open.call.id, failure: ToolFailure(.cancelled, "Not made: \(reason).")))
            }
            let failure = ToolFailure(
                .cancelled, "Not finished when \(reason): it may have been carried out.", mayHaveHappened: true)
            return .toolCallFailed(.init(callID: open.call.id, failure: failure, milliseconds: 0))
        }
        return results + [end]
    }
}
