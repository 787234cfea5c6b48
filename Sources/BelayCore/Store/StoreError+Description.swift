extension StoreError: CustomStringConvertible {
    /// In plain words, for logs and for whoever operates the store.
    public var description: String {
        switch self {
        case .executionNotFound(let id): "there is no execution \(id)"
        case .waitNotFound(let id): "there is no wait \(id)"
        case .sequenceConflict(let expected, let actual):
            "another writer was first: event \(expected) was expected, \(actual) is there"
        case .leaseLost(let id): "the lease of \(id) is another node's now"
        case .waitClosed(let id): "the wait \(id) was answered, expired or cancelled before"
        case .executionEnded(let id): "the execution \(id) has ended"
        case .idempotencyConflict(let key): "the key \(key) was used with another request"
        case .sessionBusy(let id): "an execution of the session \(id) is running"
        case .sessionOfAnotherUser(let id): "the session \(id) is another user's"
        case .tooManyOpen(let limit):
            "\(limit.count) executions are open, as many as \(limit.name) allows per \(limit.scope.rawValue)"
        case .busy(let reason), .unavailable(let reason), .notWritable(let reason), .failed(let reason),
            .newerSchema(let reason), .corrupt(let reason):
            reason
        }
    }
}
