import BelayCore

/// What an execution's events say was spent, added up apart from the machine that has to heed the limits.
struct Spending {
    private(set) var usage = Usage.zero
    private(set) var cost = Money.zero
    private var steps = 0
    /// Attempts of the step that is under way; nil between steps, where no event says that another call begins.
    private var attempts: Int?
    /// How often each call was sent, and billed.
    private var dispatched: [String: Int] = [:]
    private var billed: [String: Int] = [:]
    /// What calls under way may cost.
    private var reserved: [String: Money] = [:]

    /// - Returns: What this event makes go too far; nil when it doesn't.
    mutating func add(_ event: Event, within limits: ExecutionLimits) -> String? {
        switch event {
        case .modelCallPlanned(let planned):
            self.attempts = 0
            // To sum up costs one call more.
            return planned.purpose == .summary ? nil : self.excess(over: limits)
        case .attemptFailed(let failed):
            self.usage += failed.attempt.failure.usage ?? .zero
            self.cost += failed.attempt.cost?.amount ?? .zero
            return failed.attempt.failure.kind.disposition == .nextPath ? nil : self.attempt()
        case .contextCompacted(let compacted):
            self.usage += compacted.usage
            self.cost += compacted.cost.amount ?? .zero
            return nil
        case .modelAnswered(let answer):
            self.steps += 1
            self.usage += answer.usage
            self.cost += answer.cost.amount ?? .zero
            defer { self.attempts = nil }
            return answer.isDegraded ? nil : self.attempt()
        case .toolCallDispatched(let dispatched):
            self.dispatched[dispatched.callID, default: 0] += 1
            self.reserved[dispatched.callID] = dispatched.mostCost
            let most = self.reserved.values.reduce(self.cost, +)
            if dispatched.mostCost != nil, most > limits.maxCost {
                return "sends tool calls that may cost \(most) with what is spent, its limit is \(limits.maxCost)"
            }
            guard self.dispatched.count > limits.maxToolCalls else { return nil }
            return "makes \(self.dispatched.count) tool calls, its limit is \(limits.maxToolCalls)"
        case .toolCallBilled(let billed):
            self.cost += billed.cost.amount ?? .zero
            self.reserved[billed.callID] = nil
            self.billed[billed.callID, default: 0] += 1
            // Reads are not written ahead.
            guard let sent = self.dispatched[billed.callID], self.billed[billed.callID] ?? 0 > sent else { return nil }
            return "is billed \(self.billed[billed.callID] ?? 0) times for a call that was sent \(sent) times"
        case .toolCallSucceeded(let succeeded): return self.free(succeeded.callID)
        case .toolCallFailed(let failed): return self.free(failed.callID)
        case .toolCallInDoubt(let doubt): return self.free(doubt.callID)
        case .toolCallResolved(let resolved): return self.free(resolved.callID)
        case .modelCallFailed:
            self.attempts = nil
            return nil
        default: return nil
        }
    }

    private mutating func free(_ callID: String) -> String? {
        self.reserved[callID] = nil
        return nil
    }

    private func excess(over limits: ExecutionLimits) -> String? {
        if self.cost >= limits.maxCost { return "asks a model with \(self.cost) of \(limits.maxCost) spent" }
        if self.usage.total >= limits.maxTokens {
            return "asks a model with \(self.usage.total) of \(limits.maxTokens) tokens used"
        }
        return self.steps >= limits.maxSteps ? "asks a model after \(self.steps) of \(limits.maxSteps) steps" : nil
    }

    private mutating func attempt() -> String? {
        guard let attempts = self.attempts.map({ $0 + 1 }) else { return nil }
        self.attempts = attempts
        guard attempts > SimulatedNode.attemptsOfACall else { return nil }
        return "makes \(attempts) attempts at a model call, \(SimulatedNode.attemptsOfACall) are allowed"
    }
}
