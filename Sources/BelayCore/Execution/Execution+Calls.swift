import BelayJSON

extension Execution {
    /// The idempotency key of a call: the same over all attempts at it.
    public func idempotencyKey(of callID: String) -> String {
        Digest.sha256(Array("\(self.id)/\(self.steps)/\(callID)".utf8))
    }

    mutating func toolCallMoved(_ entry: JournalEvent) throws(JournalError) {
        switch entry.event {
        case .toolCallDenied(let denied):
            try self.finish(denied.callID, content: denied.failure.message, succeeded: false, entry)
        case .toolCallApproved(let approved):
            if let edited = approved.editedArguments { try self.edit(approved.callID, arguments: edited, entry) }
            try self.bind(approved.callID, to: approved.argumentsDigest, entry)
            try self.move(approved.callID, to: .ready(attempts: 0), entry)
        case .toolCallDispatched(let dispatched):
            try self.bind(dispatched.callID, to: dispatched.argumentsDigest, entry)
            try self.move(dispatched.callID, to: .dispatched(attempt: dispatched.attempt), entry)
        case .toolCallSucceeded(let succeeded):
            self.time.record(milliseconds: succeeded.milliseconds)
            try self.finish(succeeded.callID, content: succeeded.output, succeeded: true, entry)
        case .toolCallFailed(let failed):
            self.time.record(milliseconds: failed.milliseconds)
            try self.finish(failed.callID, content: failed.failure.message, succeeded: false, entry)
        case .toolCallInDoubt(let doubt):
            let attempts: Int
            switch try self.call(doubt.callID, entry).phase {
            case .dispatched(let attempt): attempts = attempt
            case .inDoubt(_, let earlier): attempts = earlier  // Another policy, when the first one can't settle it.
            default: throw self.error(entry, "the tool call \(doubt.callID) was not dispatched")
            }
            try self.move(doubt.callID, to: .inDoubt(doubt.policy, attempts: attempts), entry)
        case .toolCallResolved(let resolved): try self.resolve(resolved, entry)
        default: preconditionFailure("only events of tool calls move tool calls")
        }
    }

    private mutating func resolve(_ resolved: Event.ToolCallResolved, _ entry: JournalEvent) throws(JournalError) {
        switch resolved.resolution {
        case .happened:
            let output = resolved.output ?? "The call was carried out. Its output is not known."
            try self.finish(resolved.callID, content: output, succeeded: true, entry)
        case .didNotHappen:
            try self.finish(resolved.callID, content: "The call was not carried out.", succeeded: false, entry)
        case .compensated:
            try self.finish(
                resolved.callID, content: "The call was undone: nothing has changed.", succeeded: false, entry)
        case .repeatable:
            guard case .inDoubt(_, let attempts) = try self.call(resolved.callID, entry).phase else {
                throw self.error(entry, "the tool call \(resolved.callID) is not in doubt")
            }
            try self.move(resolved.callID, to: .ready(attempts: attempts), entry)
        }
    }

    private func call(_ id: String, _ entry: JournalEvent) throws(JournalError) -> OpenCall {
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
        }
    }

    mutating func finish(
        _ id: String, content: String, succeeded: Bool, _ entry: JournalEvent
    ) throws(JournalError) {
        let open = try self.call(id, entry)
        // A wait that belonged to the call has nothing to wait for any more.
        self.waits.removeAll { $0.callID == id }
        try self.move(id, to: .done(ToolResult(callID: id, content: content, isError: !succeeded)), entry)
        self.deeds.append((name: open.call.name, succeeded: succeeded))
        self.loops.record(call: open.call, result: content)
        let results = self.calls.compactMap(\.result)
        if results.count == self.calls.count {
            self.messages.append(Message(role: .tool, content: results.map(Content.toolResult)))
            self.calls = []
        }
    }
}
