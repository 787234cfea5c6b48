import BelayCore
import BelayJSON

extension Runtime {
    /// Answers an open wait. Of two answers one wins.
    ///
    /// - Throws: `RequestError` `waitNotFound`, `waitClosed`, or `answerInvalid` with what the schema objects to.
    public func answer(_ id: WaitID, with answer: JSON, by: String) async throws -> WaitRecord {
        try await self.answer(id, with: answer, by: by, request: nil)
    }

    /// Answers what an execution asks its user, if it asks something.
    ///
    /// - Parameter idempotencyKey: The same key with the same message has been answered once, whatever is asked by now;
    ///   1 to 255 characters.
    /// - Returns: False when nothing was asked: the message is something else.
    /// - Throws: `RequestError` `idempotencyConflict`, `waitClosed`, `answerInvalid`.
    public func answerQuestion(
        of execution: ExecutionHead, with text: String, by: String, idempotencyKey: String? = nil
    ) async throws -> Bool {
        try Self.check(idempotencyKey: idempotencyKey)
        let request = idempotencyKey.map { key in
            IdempotentRequest(
                key: key,
                digest: Digest.sha256(
                    ["message": .string(text), "execution": .string(execution.id.rawValue), "by": .string(by)] as JSON))
        }
        // In this order: a key that comes to be known after the look at it belongs to a question that was seen open.
        let (questions, known) = try await RequestError.reading {
            (
                try await self.store.waits(WaitFilter(kinds: [.input], execution: execution.id), after: nil, limit: 1),
                try await self.knownRequest(request, tenant: execution.user.tenant)
            )
        }
        if let known {
            if known == request { return true }
            // In a session the message may have begun the next task: the start says whether it is the same.
            if execution.session != nil { return false }
            throw RequestError(StoreError.idempotencyConflict(key: known.key))
        }
        guard let question = questions.items.first else { return false }
        _ = try await self.answer(question.wait.id, with: ["text": .string(text)], by: by, request: request)
        return true
    }

    private func knownRequest(_ request: IdempotentRequest?, tenant: String) async throws -> IdempotentRequest? {
        guard let request else { return nil }
        return try await self.store.request(withKey: request.key, tenant: tenant)
    }

    private func answer(
        _ id: WaitID, with answer: JSON, by: String, request: IdempotentRequest?
    ) async throws -> WaitRecord {
        guard let record = try await RequestError.reading({ try await self.store.wait(id) }) else {
            throw RequestError(.waitNotFound, "There is no wait \(id).", parameter: "id")
        }
        guard record.status == .open || request != nil else { throw RequestError(StoreError.waitClosed(id)) }
        guard let schema = record.wait.answerSchema else {
            throw RequestError(.answerInvalid, "A \(record.wait.kind.rawValue) can't be answered.", parameter: "id")
        }
        if let violation = try JSONSchema(schema).validate(answer).first {
            let place = violation.instancePath.isEmpty ? "answer" : "answer\(violation.instancePath)"
            throw RequestError(.answerInvalid, "\(place): \(violation.message)", parameter: "answer")
        }
        let answered = try await RequestError.translating {
            try await self.store.answer(id, with: answer, by: by, request: request)
        }
        self.feed.journalGrew(of: record.execution)
        self.node.doorbell.ring()
        return answered
    }

    /// Asks an execution to stop. Its open tool calls are closed with what is known, then it ends as cancelled.
    ///
    /// - Throws: `RequestError` `executionNotFound`, `executionEnded`.
    public func cancel(_ id: ExecutionID, by: String) async throws {
        try await self.signal(.cancelRequested(.init(by: by)), to: id)
        self.node.interrupt(id)
    }

    /// Records what a user thought of an execution; also after its end. It counts as the outcome of its last model call,
    /// for the routes that learn.
    ///
    /// - Parameter score: 0 (bad) to 1 (good).
    public func feedback(_ id: ExecutionID, score: Double, comment: String?, by: String) async throws {
        guard (0...1).contains(score) else {
            throw RequestError(.feedbackInvalid, "score has to be from 0 to 1.", parameter: "score")
        }
        try await self.signal(.feedbackReceived(.init(score: score, comment: comment, by: by)), to: id)
        try await self.judgeLastAnswer(of: id, success: score)
    }

    /// What a user thinks of an execution is what came of its last model call: it is one judgement, however many steps there
    /// were, and mostly they took the same path.
    private func judgeLastAnswer(of id: ExecutionID, success: Double) async throws {
        try await RequestError.translating {
            guard let head = try await self.store.head(of: id), head.steps > 0 else { return }
            try await self.context.gateway.judge(id.outcome(ofStep: head.steps), success: success)
        }
    }

    private func signal(_ event: Event, to id: ExecutionID) async throws {
        _ = try await RequestError.translating { try await self.store.signal(event, to: id) }
        self.feed.journalGrew(of: id)
        self.node.doorbell.ring()
    }
}
