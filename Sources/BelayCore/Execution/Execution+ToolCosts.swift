/// Why a tool call may not be made for what it may cost.
package enum ToolShortage: Sendable, Hashable {
    /// It may cost more than is left of the execution's own limit.
    case allowance(ToolCost)
    /// A budget of whoever pays is used up, in words.
    case budget(String)
    /// Calls under way may still need what is left of one, in words.
    case reserved(String)
}

extension Execution {
    /// Whether a person is asked to raise a limit, so that nothing new is begun.
    package var awaitsRaise: Bool { self.waits.contains { $0.kind == .limit } }

    /// What follows for a call that may not be made: as for a model call, it ends the execution, or a person is asked to
    /// raise its limit and the call waits as it is. One that could be made a moment later is the model's to ask for again.
    package func shortOfMoney(
        _ open: OpenCall, _ shortage: ToolShortage, at now: Timestamp, agent: AgentDefinition,
        using random: inout some RandomNumberGenerator
    ) -> [Event] {
        switch shortage {
        case .allowance(let cost):
            let refused = self.refused(
                open, .denied, "The limit of what this task may cost was reached: the call was not made.")
            guard self.limit == nil else { return [refused] }
            let words = "\(self.allowance) is left for this task, and \(open.call.name) may cost \(cost.amount)"
            let events = self.atCostLimit(needing: words, at: now, agent: agent, using: &random)
            if case .waitOpened? = events.first { return events }
            return [refused] + events
        case .budget(let words):
            // The user needn't know the figures: they are in the journal.
            let refused = self.refused(open, .budgetExceeded, "The budget for it is used up: the call was not made.")
            return self.limit == nil ? [refused, .limitReached(.init(reason: .budget, detail: words))] : [refused]
        case .reserved(let words):
            return [self.refused(open, .budgetReserved, "\(words) The call was not made.")]
        }
    }

    private func refused(_ open: OpenCall, _ kind: ToolFailure.Kind, _ words: String) -> Event {
        guard open.isUnsent else {
            let failure = ToolFailure(
                kind, "\(words) An earlier attempt may have been carried out.", mayHaveHappened: true)
            return .toolCallFailed(.init(callID: open.call.id, failure: failure, milliseconds: 0))
        }
        return .toolCallDenied(.init(callID: open.call.id, failure: ToolFailure(kind, words)))
    }

    mutating func noteBudget(_ failure: ToolFailure) {
        if failure.kind == .budgetExceeded { self.isOutOfBudget = true }
    }
}
