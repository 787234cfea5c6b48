import BelayCore

extension RequestError {
    /// Runs work on the store and says its refusals in the words of a request.
    public static func translating<Value>(_ work: () async throws -> Value) async throws -> Value {
        do { return try await work() } catch let error as StoreError { throw Self(error) }
    }

    /// The same for work that only reads: nothing of it can have been carried out, so it may always be repeated.
    public static func reading<Value>(_ work: () async throws -> Value) async throws -> Value {
        try await Self.translating {
            do { return try await work() } catch StoreError.unavailable(let reason) { throw StoreError.busy(reason) }
        }
    }

    /// A refusal of the store in the words of a request.
    public init(_ error: StoreError) {
        switch error {
        case .executionNotFound(let id): self.init(.executionNotFound, "There is no execution \(id).", parameter: "id")
        case .waitNotFound(let id): self.init(.waitNotFound, "There is no wait \(id).", parameter: "id")
        case .waitClosed(let id):
            self.init(.waitClosed, "The wait \(id) was answered, expired or cancelled before.", parameter: "id")
        case .executionEnded(let id): self.init(.executionEnded, "The execution \(id) has ended.", parameter: "id")
        case .idempotencyConflict(let key):
            self.init(
                .idempotencyConflict, "The key \(key) was used with another request. Use a new one.",
                parameter: "Idempotency-Key")
        case .sessionBusy(let id):
            self.init(
                .sessionBusy, "An execution of the session \(id) is running and the policy is to reject.",
                parameter: "session")
        case .sessionOfAnotherUser(let id):
            self.init(
                .sessionUnknown, "This user can't go on with the session \(id). Name another one.",
                parameter: "session")
        case .tooManyOpen(let limit):
            self.init(
                .tooManyExecutions,
                "\(limit.count) executions have not ended, as many as there may be (\(limit.name)). Come back when one has.",
                limit: limit)
        case .sequenceConflict, .leaseLost:
            self.init(.storeUnavailable, "Another writer was first. Send the request again.")
        case .unavailable(let reason):
            self.init(
                .storeUnavailable,
                "The store gave no answer, so the request may have been carried out. Send it again with the "
                    + "idempotency key that it had; without one, look first whether it was carried out.",
                cause: reason, mayHaveHappened: true)
        case .busy(let reason), .notWritable(let reason), .failed(let reason):
            self.init(.storeUnavailable, "The store can't be used now. Send the request again.", cause: reason)
        case .newerSchema(let reason), .corrupt(let reason):
            self.init(
                .storeFailed, "The store can't be read. It has to be mended first; see the log of the server.",
                cause: reason)
        }
    }
}
