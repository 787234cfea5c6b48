import BelayCore
import BelayLedger
import Synchronization

/// One write of somebody who waits for its commit.
protocol WriteJob: AnyObject, Sendable {
    /// Writes. May be called again after a rollback.
    ///
    /// A refusal (a conflict, say) comes before the first write and is kept as the job's result: it doesn't undo what
    /// the others in the transaction wrote. Whatever is thrown does.
    func run(_ batch: WriteBatch) throws

    /// The transaction was committed: hands out the result.
    func succeed()

    /// The transaction wasn't committed, or nobody knows.
    func fail(_ error: any Error)
}

/// The job behind a function call.
final class Write<Value: Sendable>: WriteJob {
    private let body: @Sendable (WriteBatch) throws -> Value
    private let continuation: CheckedContinuation<Value, any Error>
    private let result = Mutex<Result<Value, any Error>?>(nil)

    init(
        _ body: @escaping @Sendable (WriteBatch) throws -> Value, _ continuation: CheckedContinuation<Value, any Error>
    ) {
        self.body = body
        self.continuation = continuation
    }

    func run(_ batch: WriteBatch) throws {
        let result: Result<Value, any Error>
        do {
            result = .success(try self.body(batch))
        } catch let refusal as StoreError where refusal.isRefusal {
            result = .failure(refusal)
        } catch let lapse as LedgerLapse {
            result = .failure(lapse)
        }
        self.result.withLock { $0 = result }
    }

    func succeed() {
        guard let result = self.result.withLock({ $0 }) else {
            preconditionFailure("a write was committed that has not run")
        }
        self.continuation.resume(with: result)
    }

    func fail(_ error: any Error) { self.continuation.resume(throwing: error) }
}

extension StoreError {
    /// Whether the store is fine and said no: nothing was written for this job.
    var isRefusal: Bool {
        switch self {
        case .executionNotFound, .waitNotFound, .sequenceConflict, .leaseLost, .waitClosed, .executionEnded,
            .idempotencyConflict, .sessionBusy, .sessionOfAnotherUser, .tooManyOpen:
            true
        case .busy, .unavailable, .notWritable, .failed, .newerSchema, .corrupt: false
        }
    }
}
