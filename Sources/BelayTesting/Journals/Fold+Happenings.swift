import BelayCore
import BelayJSON

extension Fold {
    /// A model is asked and answers with words.
    public mutating func answer(
        _ text: String, stop: StopReason = .endTurn, usage: Usage = Usage(freshInput: 100, output: 20),
        cost: Cost = .known(Money(microDollars: 100)), milliseconds: Int64 = 500
    ) throws {
        try self.answer([.text(text)], stop: stop, usage: usage, cost: cost, milliseconds: milliseconds)
    }

    /// A model is asked and answers with tool calls.
    public mutating func answer(calls: ToolCall...) throws {
        try self.answer(calls.map(Content.toolCall), stop: .toolUse)
    }

    public mutating func answer(
        _ content: [Content], stop: StopReason, usage: Usage = Usage(freshInput: 100, output: 20),
        cost: Cost = .known(Money(microDollars: 100)), milliseconds: Int64 = 500
    ) throws {
        try self.ask()
        self.pass(.milliseconds(milliseconds))
        try self.apply(
            .modelAnswered(
                .init(
                    step: self.execution.steps + 1, content: content, stopReason: stop, usage: usage, cost: cost,
                    path: ScriptedModel.path, milliseconds: milliseconds)))
    }

    /// A model is asked and no path answers.
    public mutating func failModel(_ kind: ModelFailure.Kind, retryAfter: Duration? = nil) throws {
        try self.ask()
        let failure = ModelFailure(kind, message: "as the test says", retryAfter: retryAfter)
        try self.apply(
            .modelCallFailed(
                .init(step: self.execution.steps + 1, failure: failure, userMessage: "No model is available.")))
    }

    private mutating func ask() throws {
        guard case .callModel(let plan) = try self.settle() else {
            throw JournalMismatch(reason: "the machine asks for no model", journal: self.journal)
        }
        try self.apply(.modelCallPlanned(.init(step: plan.step, purpose: plan.purpose)))
    }

    /// A call is written ahead, with the arguments that it has.
    /// - Parameter mostCost: What the call may cost at most; nil for a tool without a cost.
    public mutating func dispatch(_ callID: String, mostCost: Money? = nil) throws {
        let open = self.execution.calls.first { $0.call.id == callID }
        var attempt = 1
        if case .ready(let attempts)? = open?.phase { attempt = attempts + 1 }
        try self.apply(
            .toolCallDispatched(
                .init(
                    callID: callID, idempotencyKey: self.execution.idempotencyKey(of: callID),
                    argumentsDigest: Self.digest(open?.call.arguments ?? ""), attempt: attempt,
                    mostCost: mostCost)))
    }

    public mutating func succeed(_ callID: String, output: String = "ok", milliseconds: Int64 = 100) throws {
        self.pass(.milliseconds(milliseconds))
        try self.apply(.toolCallSucceeded(.init(callID: callID, output: output, milliseconds: milliseconds)))
    }

    /// A person is asked for consent to a call, with the arguments that it has.
    @discardableResult
    public mutating func askForApproval(of callID: String, expiry: Duration = .seconds(3_600)) throws -> WaitID {
        let arguments = self.execution.calls.first { $0.call.id == callID }?.call.arguments ?? ""
        let wait = Wait(
            id: WaitID(rawValue: "wait_\(callID)_\(self.execution.sequence)"), kind: .approval, question: "May it?",
            context: ["arguments_sha256": .string(Self.digest(arguments))], answerSchema: WaitSchema.approval,
            callID: callID, expires: self.now.advanced(by: expiry))
        try self.apply(.waitOpened(wait))
        return wait.id
    }

    /// Consent is used: what a runtime writes just before the dispatch.
    public mutating func approve(_ callID: String) throws {
        guard case .consented(let consent)? = self.execution.calls.first(where: { $0.call.id == callID })?.phase else {
            throw JournalMismatch(reason: "nobody consented to \(callID)", journal: self.journal)
        }
        try self.apply(
            .toolCallApproved(
                .init(
                    callID: callID, by: consent.by, argumentsDigest: consent.digest,
                    editedArguments: consent.editedArguments)))
    }

    /// Somebody answers the wait that is open.
    public mutating func reply(_ answer: JSON, by: String = "grace") throws {
        guard let wait = self.execution.waits.first else {
            throw JournalMismatch(reason: "nothing is waited for", journal: self.journal)
        }
        try self.apply(.waitAnswered(.init(wait: wait.id, answer: answer, by: by)))
    }

    /// SHA-256 over the canonical form of arguments; over the text itself when it is not JSON.
    public static func digest(_ arguments: String) -> String {
        (try? JSON.parse(arguments)).map { Digest.sha256($0) } ?? Digest.sha256(Array(arguments.utf8))
    }
}
