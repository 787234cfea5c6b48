import BelayCore
import BelayJSON
import BelayResilience
import BelayTools

extension Driver {
    /// A call that passed every station and is due to be made.
    private struct DueCall: Sendable {
        var invocation: ToolInvocation
        var tool: String
        var effect: ToolEffect
        var digest: String
        /// 1 for the first.
        var attempt: Int
        var repairs: [String]
        /// What is reserved for it; nil for a tool without a cost.
        var hold: ToolHold?

        /// What has to be added when an attempt is known not to have happened.
        var earlierAttempts: String { self.attempt > 1 ? " An earlier attempt may have been carried out." : "" }
    }

    /// Carries calls on: stations first, then what has to be written ahead, then the effects, all at once.
    mutating func runTools(_ calls: [OpenCall]) async throws {
        var due: [DueCall] = []
        var doubts: [OpenCall] = []
        // What was not sent after all is free again; of what was settled this changes nothing.
        defer { for call in due { call.hold?.release() } }
        let deadline = self.context.timekeeper.now + Self.patience
        for open in self.freeFirst(calls) {
            if case .inDoubt = open.phase {
                doubts.append(open)
            } else if let call = try await self.prepare(open, beside: due, until: deadline) {
                due.append(call)
            }
        }
        for call in due where call.effect != .readOnly {
            self.note(.sent(reason: "the execution's lease was lost while the call was under way"), of: call)
            try self.journal.record(
                .toolCallDispatched(
                    .init(
                        callID: call.invocation.callID, idempotencyKey: call.invocation.idempotencyKey,
                        argumentsDigest: call.digest, attempt: call.attempt,
                        repairs: call.repairs.isEmpty ? nil : call.repairs, mostCost: call.hold?.cost.amount)))
        }
        // Written ahead: nothing that leaves a trace is sent before the journal says so, and nobody who has to consent
        // waits for the tools that don't need it.
        do { try await self.journal.commit() } catch {
            // The dispatches may have been written all the same.
            self.noteUnsent(due)
            throw error
        }
        if self.journal.execution.isCancelRequested {
            self.noteUnsent(due)
            return try self.withdraw(due)
        }
        let unsent = try await self.perform(due)
        if !unsent.isEmpty { try await self.takeBack(unsent) }
        for open in doubts { try await self.settle(open) }
        try await self.journal.commit()
    }

    /// The cancel request came in with the commit: what was written ahead is known not to have been sent.
    private mutating func withdraw(_ due: [DueCall]) throws {
        for call in due where call.effect != .readOnly {
            let failure = ToolFailure(
                .cancelled, "Not made: the execution was cancelled first.\(call.earlierAttempts)",
                mayHaveHappened: call.attempt > 1)
            try self.journal.record(
                .toolCallFailed(.init(callID: call.invocation.callID, failure: failure, milliseconds: 0)))
        }
    }

    /// What was written ahead and not sent, because the driver was interrupted first, is known not to have happened: it is
    /// over if the execution was cancelled, and else whoever goes on sends it.
    private mutating func takeBack(_ unsent: [DueCall]) async throws {
        self.noteUnsent(unsent)
        try await self.journal.readSignals()
        if self.journal.execution.isCancelRequested { return try self.withdraw(unsent) }
        for call in unsent where call.effect != .readOnly {
            try self.journal.record(
                .toolCallResolved(.init(callID: call.invocation.callID, resolution: .notSent, by: "runtime")))
        }
    }

    /// Reserves what a call may cost, and passes it through the stations.
    ///
    /// - Parameters:
    ///   - due: The calls that are made beside it: none of them waits for it.
    ///   - deadline: How long all calls together wait for what calls of others may leave over of a budget.
    /// - Returns: Nil when it is not due, or not yet.
    private mutating func prepare(
        _ open: OpenCall, beside due: [DueCall], until deadline: Moment
    ) async throws -> DueCall? {
        let patience = due.isEmpty ? max(.zero, self.context.timekeeper.now.duration(to: deadline)) : nil
        let hold: ToolHold?
        switch try await self.admit(open, beside: due.compactMap(\.hold), patience: patience) {
        case .admitted(let admitted): hold = admitted
        case .postponed: return nil
        case .short(let shortage):
            var random = self.context.random
            let events = self.journal.execution.shortOfMoney(
                open, shortage, at: self.journal.now, agent: self.agent, using: &random)
            for event in events { try self.journal.record(event) }
            return nil
        }
        var call: DueCall?
        defer { if call == nil { hold?.release() } }
        call = try self.pass(open)
        call?.hold = hold
        return call
    }

    private mutating func pass(_ open: OpenCall) throws -> DueCall? {
        switch open.phase {
        case .requested: try self.review(open)
        case .consented(let consent): try self.dispatchApproved(open, consent)
        case .ready(let attempts): try self.redispatch(open, attempts: attempts)
        case .inDoubt, .dispatched, .awaiting, .refused, .pausing, .done:
            preconditionFailure("the machine asks only for calls that the runtime can carry on")
        }
    }

    /// Passes a new call through the stations.
    private mutating func review(_ open: OpenCall) throws -> DueCall? {
        let user = self.journal.execution.accepted.user
        switch self.tools.review(open.call, user: user) {
        case .denied(let failure, _):
            try self.journal.record(.toolCallDenied(.init(callID: open.call.id, failure: failure)))
            return nil
        case .needsApproval(let request, let reviewed):
            try self.journal.record(.waitOpened(self.approval(of: open.call, request, reviewed)))
            return nil
        case .ready(let reviewed): return self.due(open.call, reviewed, attempt: 1)
        }
    }

    private func approval(of call: ToolCall, _ request: ApprovalRequest, _ reviewed: ReviewedCall) -> Wait {
        var random = self.context.random
        let parameters = self.tools.descriptor(of: call.name)?.parameters ?? true
        return Wait(
            id: .make(at: self.journal.now, using: &random), kind: .approval, question: request.question,
            context: [
                "tool": .string(call.name), "arguments": reviewed.arguments,
                "arguments_sha256": .string(reviewed.digest),
                "reason": .string(request.reason),
            ],
            answerSchema: WaitSchema.approval(ofArguments: parameters), callID: call.id,
            expires: self.journal.now.advanced(by: request.expiry))
    }

    /// A person consented: the call passes the stations again with the arguments consented to, and no others.
    private mutating func dispatchApproved(_ open: OpenCall, _ consent: OpenCall.Consent) throws -> DueCall? {
        var call = open.call
        if let edited = consent.editedArguments { call.arguments = edited }
        let user = self.journal.execution.accepted.user
        let review = self.tools.review(
            call, user: user, consent: consent.digest)
        switch review {
        case .denied(let failure, _):
            try self.journal.record(.toolCallDenied(.init(callID: call.id, failure: failure)))
            return nil
        case .needsApproval(let request, let reviewed):
            // Not what was consented to: the person is asked again.
            try self.journal.record(.waitOpened(self.approval(of: call, request, reviewed)))
            return nil
        case .ready(let reviewed):
            try self.journal.record(
                .toolCallApproved(
                    .init(
                        callID: call.id, by: consent.by, argumentsDigest: reviewed.digest,
                        editedArguments: consent.editedArguments)))
            return self.due(call, reviewed, attempt: 1)
        }
    }

    /// A call that was approved or sent before and may be sent again, with the same key and the same arguments.
    private mutating func redispatch(_ open: OpenCall, attempts: Int) throws -> DueCall? {
        let user = self.journal.execution.accepted.user
        let review = self.tools.review(
            open.call, user: user, consent: open.digest)
        let refusal: String
        switch review {
        case .ready(let reviewed) where reviewed.digest == open.digest:
            return self.due(open.call, reviewed, attempt: attempts + 1)
        case .ready, .needsApproval: refusal = "Not made: its arguments are not those that were agreed on."
        case .denied(let failure, _): refusal = failure.message
        }
        let earlier = attempts > 0 ? " An earlier attempt may have been carried out." : ""
        let failure = ToolFailure(.denied, refusal + earlier, mayHaveHappened: attempts > 0)
        try self.journal.record(.toolCallFailed(.init(callID: open.call.id, failure: failure, milliseconds: 0)))
        return nil
    }

    private func due(_ call: ToolCall, _ reviewed: ReviewedCall, attempt: Int) -> DueCall {
        DueCall(
            invocation: self.invocation(of: call, arguments: reviewed.arguments), tool: call.name,
            effect: self.tools.descriptor(of: call.name)?.effect ?? .once, digest: reviewed.digest,
            attempt: attempt, repairs: reviewed.repairs)
    }

    private func invocation(of call: ToolCall, arguments: JSON) -> ToolInvocation {
        ToolInvocation(
            execution: self.lease.execution, callID: call.id, arguments: arguments,
            idempotencyKey: self.journal.execution.idempotencyKey(of: call.id),
            user: self.journal.execution.accepted.user)
    }

    /// Makes the calls. A result of a call that changes something is durable as soon as it is there.
    ///
    /// - Returns: The calls that were not sent, because the driver was interrupted before their turn came.
    private mutating func perform(_ due: [DueCall]) async throws -> [DueCall] {
        let makeCall = self.caller
        // Most steps have one call, which needs no group around it.
        if due.count == 1 { return try await self.keep(makeCall(due[0]), of: due[0]) ? [] : due }
        return try await withThrowingTaskGroup(of: (DueCall, ToolAttempt?).self) { group in
            var waiting = due[...]
            var unsent: [DueCall] = []
            // After a result that can't be recorded no other call is begun.
            defer { self.noteUnsent(waiting) }
            func startNext() {
                guard let call = waiting.popFirst() else { return }
                group.addTask { (call, try await makeCall(call)) }
            }
            for _ in 0..<min(due.count, self.context.options.parallelTools) { startNext() }
            while let (call, attempt) = try await group.next() {
                startNext()
                if try await !self.keep(attempt, of: call) { unsent.append(call) }
            }
            return unsent
        }
    }

    /// Makes one call; nil when it was interrupted before it was sent.
    private var caller: @Sendable (DueCall) async throws -> ToolAttempt? {
        let (pipeline, clock, interruption) = (self.tools, self.context.clock, self.interruption)
        return { call in
            do {
                return try await interruption.bounding {
                    // A key that was sent before gets some time; what failed a moment ago may still be failing. When the
                    // sleep is cancelled, so is the call, which says so.
                    if call.attempt > 1 { try? await clock.sleep(for: .seconds(1 << (call.attempt - 2))) }
                    let attempt = await pipeline.execute(call.tool, call.invocation)
                    // At once: whatever becomes of its result, this was spent.
                    call.hold?.settle(attempt)
                    return attempt
                }
            } catch is CancellationError {
                return nil  // A call itself throws nothing.
            }
        }
    }

    /// - Returns: False when there is nothing to keep, since the call was not sent.
    private mutating func keep(_ attempt: ToolAttempt?, of call: DueCall) async throws -> Bool {
        guard let attempt else { return false }
        if let bill = attempt.bill, bill != .nothing {
            try self.journal.record(
                .toolCallBilled(
                    .init(callID: call.invocation.callID, cost: bill.cost, anomaly: bill.anomaly)))
        }
        let execution = attempt.execution
        if self.interruption.isFired, execution.isKnownNotToHaveHappened { return false }
        try self.record(execution, of: call)
        if call.effect != .readOnly { try await self.commit(execution, of: call) }
        return true
    }

    private mutating func commit(_ execution: ToolExecution, of call: DueCall) async throws {
        do {
            try await self.journal.commit()
            self.context.sentCalls.recorded(self.key(of: call))
        } catch {
            // What it came to is known here and nowhere else: whoever settles the doubt may want to know.
            self.note(.sent(reason: "its result came (\(execution.outcome)) and could not be recorded"), of: call)
            self.context.logger.error(
                "the result of a tool call could not be recorded",
                metadata: [
                    "execution": "\(self.lease.execution)", "call": "\(call.invocation.callID)",
                    "tool": "\(call.tool)", "outcome": "\(execution.outcome)",
                    "idempotency_key": "\(call.invocation.idempotencyKey)", "error": "\(error)",
                ])
            throw error
        }
    }

    /// Keeps in mind what the journal may never say.
    private func noteUnsent(_ calls: some Sequence<DueCall>) {
        for call in calls where call.effect != .readOnly { self.note(.notSent, of: call) }
    }

    private func note(_ fate: DispatchFate, of call: DueCall) {
        self.context.sentCalls.note(fate, of: self.key(of: call), under: self.lease)
    }

    private func key(of call: DueCall) -> SentCalls.Key {
        .init(execution: self.lease.execution, callID: call.invocation.callID, attempt: call.attempt)
    }

    private mutating func record(_ execution: ToolExecution, of call: DueCall) throws {
        let id = call.invocation.callID
        switch execution {
        case .succeeded(let output, let truncatedFrom, let duration):
            if let truncatedFrom {
                try self.journal.record(
                    .outputTruncated(
                        .init(
                            callID: id, characters: truncatedFrom, kept: output.unicodeScalars.count)))
            }
            try self.journal.record(
                .toolCallSucceeded(
                    .init(
                        callID: id, output: output, milliseconds: duration.milliseconds)))
        case .failed(let failure, let duration):
            // A read that was cut off never happened; whoever goes on asks again.
            if call.effect == .readOnly, failure.kind == .cancelled { return }
            let mayHaveHappened = failure.mayHaveHappened || call.attempt > 1 && failure.kind.isSilent
            if mayHaveHappened, let descriptor = self.tools.descriptor(of: call.tool) {
                let sent = self.journal.now.advanced(by: .zero - duration)
                try self.journal.record(
                    .toolCallInDoubt(
                        .init(
                            callID: id, policy: descriptor.inDoubt, reason: failure.message,
                            settlesAt: descriptor.settles(sent: sent))))
            } else {
                try self.journal.record(
                    .toolCallFailed(
                        .init(
                            callID: id, failure: failure, milliseconds: duration.milliseconds)))
            }
        }
    }
}

extension ToolExecution {
    /// Without anything of its content.
    fileprivate var outcome: String {
        switch self {
        case .succeeded: "succeeded"
        case .failed(let failure, _):
            "failed: \(failure.kind.rawValue)\(failure.mayHaveHappened ? ", may have happened" : "")"
        }
    }

    /// It was cancelled before its handler began, or the handler says that nothing came of it.
    fileprivate var isKnownNotToHaveHappened: Bool {
        guard case .failed(let failure, _) = self else { return false }
        return failure.kind == .cancelled && !failure.mayHaveHappened
    }
}

extension ToolFailure.Kind {
    /// Whether the other side said nothing about the key, so that what is known of earlier attempts stays as it was.
    fileprivate var isSilent: Bool {
        switch self {
        case .budgetExceeded, .budgetReserved, .rateLimited, .circuitOpen, .timeout, .unavailable, .invalidOutput,
            .cancelled, .internal:
            true
        case .unknownTool, .invalidArguments, .denied, .rejected: false
        }
    }
}
