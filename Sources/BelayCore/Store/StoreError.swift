/// Why the store did not do what it was asked.
public enum StoreError: Error, Sendable, Hashable {
    case executionNotFound(ExecutionID)
    case waitNotFound(WaitID)
    /// Nothing was written: another writer was first. Read the journal from `actual` on and decide anew.
    case sequenceConflict(expected: Int, actual: Int)
    /// Nothing was written: the lease is another node's now. Stop working on the execution.
    case leaseLost(ExecutionID)
    /// Nothing was written: the wait was answered, expired or cancelled before.
    case waitClosed(WaitID)
    /// Nothing was written: the execution has ended.
    case executionEnded(ExecutionID)
    /// Nothing was written: the key was used with another request.
    case idempotencyConflict(key: String)
    /// Nothing was written: the session's policy is `reject` and an execution of it runs.
    case sessionBusy(SessionID)
    /// Nothing was written: the session was begun for another user of the tenant.
    case sessionOfAnotherUser(SessionID)
    /// Nothing was written: as many executions are open as this limit allows.
    case tooManyOpen(OpenExecutionLimit)
    /// Nothing was written: too many writes wait already, or another process holds the file. Safe to repeat as it is.
    case busy(String)
    /// The outcome is unknown: read before a retry.
    case unavailable(String)
    /// The disk is full or the file can't be written; nothing was written.
    case notWritable(String)
    /// Nothing was written, and nothing will be: the store is closed, or after an error of the disk it doesn't trust what it
    /// wrote before. End the process; the next one reads what is really there.
    case failed(String)
    /// The data was written by a newer version of Belay.
    case newerSchema(String)
    /// What is stored can't be read.
    case corrupt(String)
}
