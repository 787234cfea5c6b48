import BelayJSON

extension Execution {
    /// The idempotency key of a call: the same over all attempts at it.
    public func idempotencyKey(of callID: String) -> String {
        Digest.sha256(Array("\(self.id)/\(self.steps)/\(callID)".utf8))
    }

    mutating func toolCallMoved(_ entry: JournalEvent) throws(JournalError) {
        switch entry.event {
        case .toolCallDenied(let denied):
            try self.require(denied.callID, entry) { $0.isUnsent }
            self.noteBudget(denied.failure)
            try self.finish(denied.callID, content: denied.failure.message, .failed, entry)
        case .toolCallApproved(let approved): try self.approve(approved, entry)
        case .toolCallDispatched(let dispatched): try self.dispatch(dispatched, entry)
        case .toolCallSucceeded(let succeeded):
            try self.require(succeeded.callID, entry) { $0.phase.mayBeRunning }
            self.time.record(toolMilliseconds: succeeded.milliseconds)
            try self.finish(succeeded.callID, content: succeeded.output, .carriedOut, entry)
        case .toolCallFailed(let failed):
            try self.require(failed.callID, entry) { $0.phase.mayBeRunning || $0.phase.isInDoubt || !$0.isUnsent }
            self.noteBudget(failed.failure)
            self.time.record(toolMilliseconds: failed.milliseconds)
            try self.finish(
                failed.callID, content: failed.failure.message,
                failed.failure.mayHaveHappened ? .mayHaveHappened : .failed, entry)
        case .toolCallInDoubt(let doubt): try self.doubt(doubt, entry)
        case .toolCallResolved(let resolved): try self.resolve(resolved, entry)
        case .toolCallBilled(let billed):
            try self.require(billed.callID, entry) { $0.phase.mayBeRunning || $0.phase.isInDoubt }
            self.bill(billed.cost, usage: nil)
        default: preconditionFailure("only events of tool calls move tool calls")
        }
    }

    /// Consent is used for exactly the arguments that were consented to.
    private mutating func approve(_ approved: Event.ToolCallApproved, _ entry: JournalEvent) throws(JournalError) {
        guard case .consented(let consent) = try self.call(approved.callID, entry).phase,
            consent.digest == approved.argumentsDigest
        else { throw self.error(entry, "nobody consented to the tool call \(approved.callID) with these arguments") }
        if let edited = approved.editedArguments { try self.edit(approved.callID, arguments: edited, entry) }
        try self.bind(approved.callID, to: approved.argumentsDigest, entry)
        try self.move(approved.callID, to: .ready(attempts: 0), entry)
        for index in self.calls.indices where self.calls[index].call.id == approved.callID {
            self.calls[index].isApproved = true
        }
    }

    /// A call is sent once, or again only after its doubt was settled, and always with the arguments it is bound to.
    private mutating func dispatch(
        _ dispatched: Event.ToolCallDispatched, _ entry: JournalEvent
    ) throws(JournalError) {
        let open = try self.call(dispatched.callID, entry)
        let attempts: Int
        switch open.phase {
        case .requested: attempts = 0
        case .ready(let earlier): attempts = earlier
        case .awaiting, .consented, .refused, .dispatched, .inDoubt, .pausing, .done:
            throw self.error(entry, "the tool call \(dispatched.callID) is not to be sent")
        }
        guard dispatched.attempt == attempts + 1 else {
            throw self.error(entry, "expected attempt \(attempts + 1) of the tool call \(dispatched.callID)")
        }
        guard open.digest == nil || open.digest == dispatched.argumentsDigest else {
            throw self.error(entry, "the tool call \(dispatched.callID) is bound to other arguments")
        }
        try self.bind(dispatched.callID, to: dispatched.argumentsDigest, entry)
        try self.move(dispatched.callID, to: .dispatched(attempt: dispatched.attempt), entry)
        for index in self.calls.indices where self.calls[index].call.id == dispatched.callID {
            self.calls[index].attempts = dispatched.attempt
            self.calls[index].mostCost = dispatched.mostCost
        }
        self.lastDispatch = entry.time
    }

    private mutating func resolve(_ resolved: Event.ToolCallResolved, _ entry: JournalEvent) throws(JournalError) {
        if resolved.resolution == .notSent { return try self.takeBack(resolved.callID, entry) }
        guard case .inDoubt(_, let attempts) = try self.call(resolved.callID, entry).phase else {
            throw self.error(entry, "the tool call \(resolved.callID) is not in doubt")
        }
        switch resolved.resolution {
        case .happened:
            let output = resolved.output ?? "The call was carried out. Its output is not known."
            try self.finish(resolved.callID, content: output, .carriedOut, entry)
        case .didNotHappen:
            try self.finish(resolved.callID, content: "The call was not carried out.", .failed, entry)
        case .compensated:
            try self.finish(
                resolved.callID, content: "The call was undone: nothing has changed.", .failed, entry)
        case .repeatable: try self.move(resolved.callID, to: .ready(attempts: attempts), entry)
        case .notSent: preconditionFailure("what was not sent is in no doubt")
        }
    }

    /// The dispatch came to nothing: the call is where it was before it.
    private mutating func takeBack(_ id: String, _ entry: JournalEvent) throws(JournalError) {
        let open = try self.call(id, entry)
        guard case .dispatched(let attempt) = open.phase else {
            throw self.error(entry, "the tool call \(id) was not dispatched")
        }
        // One that was never agreed on passes all stations again, whose rules may be others by then.
        let wasAgreedOn = open.isApproved || attempt > 1
        try self.move(id, to: wasAgreedOn ? .ready(attempts: attempt - 1) : .requested, entry)
        for index in self.calls.indices where self.calls[index].call.id == id {
            self.calls[index].attempts = attempt - 1
            if !wasAgreedOn { self.calls[index].digest = nil }
        }
    }

    func require(
        _ id: String, _ entry: JournalEvent, _ isAllowed: (OpenCall) -> Bool
    ) throws(JournalError) {
        guard isAllowed(try self.call(id, entry)) else {
            throw self.error(entry, "the tool call \(id) is not where this can happen")
        }
    }

    func call(_ id: String, _ entry: JournalEvent) throws(JournalError) -> OpenCall {
        guard let call = self.calls.first(where: { $0.call.id == id }) else {
            throw self.error(entry, "there is no open tool call \(id)")
        }
        guard call.result == nil else { throw self.error(entry, "the tool call \(id) has a result") }
        return call
    }

    mutating func move(_ id: String, to phase: OpenCall.Phase, _ entry: JournalEvent) throws(JournalError) {
        _ = try self.call(id, entry)
        for index in self.calls.indices where self.calls[index].call.id == id { self.calls[index].phase = phase }
    }

    private mutating func bind(_ id: String, to digest: String, _ entry: JournalEvent) throws(JournalError) {
        _ = try self.call(id, entry)
        for index in self.calls.indices where self.calls[index].call.id == id { self.calls[index].digest = digest }
    }

    private mutating func edit(_ id: String, arguments: String, _ entry: JournalEvent) throws(JournalError) {
        _ = try self.call(id, entry)
        for index in self.calls.indices where self.calls[index].call.id == id {
            self.calls[index].call.arguments = arguments
            self.calls[index].isEdited = true
        }
    }

    mutating func finish(
        _ id: String, content: String, _ outcome: Deed.Outcome, _ entry: JournalEvent
    ) throws(JournalError) {
        let open = try self.call(id, entry)
        // The model reads in its own message what it asked for, so the result says what was asked in its place.
        let content =
            open.isEdited ? "A person changed the arguments to \(open.call.arguments). \(content)" : content
        // A wait that belonged to the call has nothing to wait for any more.
        self.waits.removeAll { $0.callID == id }
        try self.move(id, to: .done(ToolResult(callID: id, content: content, isError: outcome != .carriedOut)), entry)
        self.deeds.append(Deed(name: open.call.name, outcome: outcome))
        self.loops.record(call: open.call, result: content)
        let results = self.calls.compactMap(\.result)
        if results.count == self.calls.count {
            self.say(Message(role: .tool, content: results.map(Content.toolResult)), entry)
            self.calls = []
            self.time.endStep()
        }
    }
}
