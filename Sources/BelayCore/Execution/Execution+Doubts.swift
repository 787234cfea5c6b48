import BelayJSON

extension Execution {
    /// How often a call with a key that the other side recognises is sent.
    private static let maxDispatches = 3

    /// What a node has to record about calls that another incarnation dispatched, before it goes on.
    ///
    /// - Parameters:
    ///   - sent: When the last of them can have been sent, if that may be later than their dispatch was written.
    ///   - tool: Nil when the tool is not known any more: a person is asked.
    ///   - fate: Nil when another process dispatched the call.
    public func takeOver(
        sent: Timestamp? = nil, tool: (_ name: String) -> ToolDescriptor?,
        fate: (OpenCall) -> DispatchFate? = { _ in nil }
    ) -> [Event] {
        // All that was dispatched and has no result was written ahead at once.
        let sent = max(sent ?? self.started, self.lastDispatch ?? self.started)
        return self.leftBehind(fate).flatMap { open, fate -> [Event] in
            guard case .sent(let reason) = fate else { return Self.reckoning(of: open, fate) }
            let tool = tool(open.call.name)
            let doubt = Event.toolCallInDoubt(
                .init(
                    callID: open.call.id, policy: tool?.inDoubt ?? .person, reason: reason,
                    settlesAt: tool?.settles(sent: sent)))
            return [doubt] + Self.reckoning(of: open, fate)
        }
    }

    /// What a node has to record about such calls before it ends the execution without having taken it over.
    package func reckoning(_ fate: (OpenCall) -> DispatchFate? = { _ in nil }) -> [Event] {
        self.leftBehind(fate).flatMap { Self.reckoning(of: $0, $1) }
    }

    /// The calls that were dispatched and have no result.
    private func leftBehind(_ fate: (OpenCall) -> DispatchFate?) -> [(OpenCall, DispatchFate)] {
        self.calls.compactMap { open in
            guard case .dispatched = open.phase else { return nil }
            let unknown = "another process took the execution over before a result was recorded"
            return (open, fate(open) ?? .sent(reason: unknown))
        }
    }

    /// What may have happened is billed as if it had.
    private static func reckoning(of open: OpenCall, _ fate: DispatchFate) -> [Event] {
        switch fate {
        case .sent:
            guard let most = open.mostCost else { return [] }
            return [.toolCallBilled(.init(callID: open.call.id, cost: .estimated(most)))]
        case .notSent: return [.toolCallResolved(.init(callID: open.call.id, resolution: .notSent, by: "runtime"))]
        }
    }

    /// A durable pause, after which a doubt can be settled for good; nil when it can be now.
    package func pause(
        _ open: OpenCall, at now: Timestamp, using random: inout some RandomNumberGenerator
    ) -> Event? {
        guard let settlesAt = open.settlesAt, open.mayStillRun(at: now) else { return nil }
        return .waitOpened(
            Wait(
                id: .make(at: now, using: &random), kind: .timer,
                question: "It is not known whether \(open.call.name) was carried out, and it may still be under way.",
                context: self.identity(of: open), callID: open.call.id, expires: settlesAt))
    }

    /// What follows from a doubt without asking anybody outside.
    func settle(
        _ open: OpenCall, by policy: InDoubtPolicy, attempts: Int, at now: Timestamp, agent: AgentDefinition,
        using random: inout some RandomNumberGenerator
    ) -> [Event] {
        switch policy {
        case .probe: return []  // That it happened counts at any time.
        case .compensate: return self.pause(open, at: now, using: &random).map { [$0] } ?? []
        case .repeatWithSameKey:
            guard attempts < Self.maxDispatches else {
                let failure = ToolFailure(
                    .unavailable, "No answer after \(attempts) attempts: it may have been carried out.",
                    mayHaveHappened: true)
                return [.toolCallFailed(.init(callID: open.call.id, failure: failure, milliseconds: 0))]
            }
            return [.toolCallResolved(.init(callID: open.call.id, resolution: .repeatable, by: "runtime"))]
        case .person:
            let wait = Wait(
                id: .make(at: now, using: &random), kind: .resolution,
                question: "It is not known whether \(open.call.name) was carried out. Was it?",
                context: self.identity(of: open), answerSchema: WaitSchema.resolution, callID: open.call.id,
                expires: now.advanced(by: agent.waitExpiry))
            return [.waitOpened(wait)]
        }
    }

    /// What a call is known by on the other side.
    private func identity(of open: OpenCall) -> JSON {
        [
            "tool": .string(open.call.name), "arguments": .string(open.call.arguments),
            "idempotency_key": .string(self.idempotencyKey(of: open.call.id)),
        ]
    }

    // MARK: What the journal says of it

    mutating func doubt(_ doubt: Event.ToolCallInDoubt, _ entry: JournalEvent) throws(JournalError) {
        let attempts: Int
        switch try self.call(doubt.callID, entry).phase {
        case .dispatched(let attempt): attempts = attempt
        case .inDoubt(_, let earlier): attempts = earlier  // Another policy, when the first one can't settle it.
        case .requested, .awaiting, .consented, .refused, .ready, .pausing, .done:
            throw self.error(entry, "the tool call \(doubt.callID) was not dispatched")
        }
        try self.move(doubt.callID, to: .inDoubt(doubt.policy, attempts: attempts), entry)
        for index in self.calls.indices where self.calls[index].call.id == doubt.callID {
            self.calls[index].settlesAt = doubt.settlesAt
        }
    }

    mutating func paused(_ wait: WaitID, of callID: String, _ entry: JournalEvent) throws(JournalError) {
        guard case .inDoubt(let policy, let attempts) = try self.call(callID, entry).phase else {
            throw self.error(entry, "the tool call \(callID) is not where this can happen")
        }
        try self.move(callID, to: .pausing(wait, policy, attempts: attempts), entry)
    }

    mutating func pauseEnded(of callID: String, _ entry: JournalEvent) throws(JournalError) {
        guard case .pausing(_, let policy, let attempts) = try self.call(callID, entry).phase else {
            throw self.error(entry, "the tool call \(callID) does not pause")
        }
        try self.move(callID, to: .inDoubt(policy, attempts: attempts), entry)
    }
}
