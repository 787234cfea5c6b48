import BelayCore
import BelayJSON

extension Runtime {
    /// Answers an open wait. Of two answers one wins.
    ///
    /// - Throws: `RequestError` `waitNotFound`, `waitClosed`, or `answerInvalid` with what the schema objects to.
    public func answer(_ id: WaitID, with answer: JSON, by: String) async throws -> WaitRecord {
        guard let record = try await RequestError.translating({ try await self.store.wait(id) }) else {
            throw RequestError(.waitNotFound, "There is no wait \(id).", parameter: "id")
        }
        guard record.status == .open else { throw RequestError(StoreError.waitClosed(id)) }
        guard let schema = record.wait.answerSchema else {
            throw RequestError(.answerInvalid, "A \(record.wait.kind.rawValue) can't be answered.", parameter: "id")
        }
        if let violation = try JSONSchema(schema).validate(answer).first {
            let place = violation.instancePath.isEmpty ? "answer" : "answer\(violation.instancePath)"
            throw RequestError(.answerInvalid, "\(place): \(violation.message)", parameter: "answer")
        }
        let answered = try await RequestError.translating { try await self.store.answer(id, with: answer, by: by) }
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

    /// Records what a user thought of an execution; also after its end.
    ///
    /// - Parameter score: 0 (bad) to 1 (good).
    public func feedback(_ id: ExecutionID, score: Double, comment: String?, by: String) async throws {
        guard (0...1).contains(score) else {
            throw RequestError(.feedbackInvalid, "score has to be from 0 to 1.", parameter: "score")
        }
        try await self.signal(.feedbackReceived(.init(score: score, comment: comment, by: by)), to: id)
    }

    private func signal(_ event: Event, to id: ExecutionID) async throws {
        _ = try await RequestError.translating { try await self.store.signal(event, to: id) }
        self.feed.journalGrew(of: id)
        self.node.doorbell.ring()
    }
}
