extension Execution {
    /// Moves the execution by one event.
    ///
    /// - Throws: `JournalError` for an event that can't follow; the value is of no use after that.
    public mutating func apply(_ entry: JournalEvent) throws(JournalError) {
        guard entry.sequence == self.sequence + 1 else {
            throw self.error(entry, "expected number \(self.sequence + 1)")
        }
        if self.isEnded, entry.event.name != .feedbackReceived { throw self.error(entry, "the execution has ended") }
        try self.transition(by: entry)
        self.sequence = entry.sequence
        self.updated = entry.time
    }

    func error(_ entry: JournalEvent, _ reason: String) -> JournalError {
        JournalError(sequence: entry.sequence, event: entry.event.name, reason: reason)
    }

    private mutating func transition(by entry: JournalEvent) throws(JournalError) {
        switch entry.event {
        case .accepted: throw self.error(entry, "an execution is accepted once")
        case .planned(let planned), .planRevised(let planned): self.plan = planned.plan
        case .sessionContinued(let continued):
            guard !self.isSessionTold else { throw self.error(entry, "the session is continued once") }
            self.isSessionTold = true
            self.earlierTokens = continued.tokens
        case .contextCompacted(let compacted):
            try self.requireNoOpenCalls(entry)
            try self.compacted(compacted, entry)
        case .limitApproached(let approached):
            guard self.approachedLimits.insert(approached.kind).inserted else {
                throw self.error(entry, "the approach of this limit was told before")
            }
        case .limitReached(let reached):
            self.limit = reached
            if case .modelFailed(let failure, _) = self.obstacle {
                self.isOutOfBudget = failure.kind == .budgetExceeded
            }
            self.obstacle = .none
        case .completed(let completed):
            try self.requireNoOpenCalls(entry)
            self.completed = completed
            self.end(at: entry.time)
        case .failed(let failed):
            try self.requireNoOpenCalls(entry)
            self.failure = failed.failure
            self.end(at: entry.time)
        case .cancelRequested: self.isCancelRequested = true
        case .cancelled:
            try self.requireNoOpenCalls(entry)
            self.isCancelled = true
            self.end(at: entry.time)
        case .modelCallPlanned(let planned):
            try self.requireNoOpenCalls(entry)
            try self.requireStep(planned.step, entry)
            if planned.purpose == .summary { self.summaryStep = planned.step }
        case .attemptFailed(let failed): self.bill(failed.attempt.cost, usage: failed.attempt.failure.usage)
        case .modelAnswered(let answer): try self.answered(answer, entry)
        case .modelCallFailed(let failed):
            try self.requireNoOpenCalls(entry)
            try self.requireStep(failed.step, entry)
            self.obstacle = .modelFailed(failed.failure, userMessage: failed.userMessage)
        case .toolCallDenied, .toolCallApproved, .toolCallDispatched, .toolCallSucceeded, .toolCallFailed,
            .toolCallInDoubt, .toolCallResolved, .toolCallBilled:
            try self.toolCallMoved(entry)
        case .waitOpened(let wait): try self.opened(wait, entry)
        case .waitAnswered(let answered):
            try self.closeWait(answered.wait, answer: answered.answer, by: answered.by, entry)
        case .waitExpired(let expired): try self.closeWait(expired.wait, answer: nil, by: "expiry", entry)
        case .outputRejected(let rejected):
            switch rejected.validator {
            case Event.OutputRejected.length: self.truncations += 1
            case Event.OutputRejected.honesty: self.dishonesties += 1
            default: break
            }
            self.say(.user("[runtime] \(rejected.error)"), entry)
        case .outputTruncated, .loopDetected, .escalated, .feedbackReceived: break
        }
    }

    /// Each tool call has exactly one result before anything else is said.
    private func requireNoOpenCalls(_ entry: JournalEvent) throws(JournalError) {
        if let open = self.calls.first(where: { $0.result == nil }) {
            throw self.error(entry, "the tool call \(open.call.id) has no result")
        }
    }

    /// Steps are counted by their answers, so the next one has one possible number.
    private func requireStep(_ step: Int, _ entry: JournalEvent) throws(JournalError) {
        guard step == self.steps + 1 else { throw self.error(entry, "step \(self.steps + 1) is next, not \(step)") }
    }

    private mutating func end(at time: Timestamp) {
        self.ended = time
        self.waits = []
    }

    mutating func bill(_ cost: Cost?, usage: Usage?) {
        self.usage += usage ?? .zero
        guard let cost else { return }
        self.cost += cost.amount ?? .zero
        self.charged += cost.amount ?? Price.ceiling.cost(of: usage ?? .zero)
        if cost == .unknown { self.hasUnknownCost = true }
    }

    private mutating func answered(_ answer: Event.ModelAnswered, _ entry: JournalEvent) throws(JournalError) {
        try self.requireNoOpenCalls(entry)
        try self.requireStep(answer.step, entry)
        for call in answer.toolCalls where !self.callIDs.insert(call.id).inserted {
            throw self.error(entry, "the tool call id \(call.id) was used before")
        }
        self.say(Message(role: .assistant, content: answer.content), entry)
        self.calls = answer.toolCalls.map { OpenCall(call: $0, phase: .requested) }
        self.steps += 1
        self.toolCalls += answer.toolCalls.count
        self.path = answer.isDegraded ? self.path : answer.path
        self.isDegraded = self.isDegraded || answer.isDegraded
        self.lastStop = answer.stopReason
        self.modelPauses = 0
        self.compactions = 0
        self.lastInput = answer.isDegraded ? 0 : answer.usage.totalInput
        self.obstacle = .none
        self.bill(answer.cost, usage: answer.usage)
        self.time.record(milliseconds: answer.milliseconds)
        if answer.stopReason != .maxTokens || !answer.toolCalls.isEmpty { self.truncations = 0 }
        if !answer.toolCalls.isEmpty { self.dishonesties = 0 }
    }

    private mutating func opened(_ wait: Wait, _ entry: JournalEvent) throws(JournalError) {
        guard !self.waits.contains(where: { $0.id == wait.id }) else { throw self.error(entry, "the wait is open") }
        if let callID = wait.callID {
            if wait.kind == .timer {
                try self.paused(wait.id, of: callID, entry)
            } else {
                try self.require(callID, entry) {
                    wait.kind == .resolution ? $0.phase.isInDoubt : $0.isUnsent && !$0.phase.isAwaiting
                }
                try self.move(callID, to: .awaiting(wait.id), entry)
            }
        } else if wait.kind != .handoff, wait.kind != .timer, wait.kind != .limit {
            throw self.error(entry, "a wait of kind \(wait.kind.rawValue) belongs to a tool call")
        }
        if wait.kind == .timer, wait.callID == nil { self.modelPauses += 1 }
        self.waits.append(wait)
    }
}
