import BelayCore
import Synchronization

/// The commit of a step. It makes next to nothing on the writer's thread, which all executions share: what it writes was
/// encoded before, and what its caller gets is put together after.
final class StepWrite: WriteJob {
    private let step: EncodedTransition
    private let place: JournalPlace?
    private let clock: any WallClock
    private let continuation: CheckedContinuation<StoredStep, any Error>
    private let result = Mutex<Result<StoredStep, StoreError>?>(nil)

    /// - Parameter place: Where the journal ends, if that is known.
    init(
        _ step: EncodedTransition, at place: JournalPlace?, clock: any WallClock,
        _ continuation: CheckedContinuation<StoredStep, any Error>
    ) {
        self.step = step
        self.place = place
        self.clock = clock
        self.continuation = continuation
    }

    func run(_ batch: WriteBatch) throws {
        let result: Result<StoredStep, StoreError>
        do {
            result = .success(
                try StoreTransaction(batch, now: self.clock.now).append(self.step, at: self.place))
        } catch let refusal as StoreError where refusal.isRefusal {
            result = .failure(refusal)
        }
        self.result.withLock { $0 = result }
    }

    func succeed() {
        switch self.result.withLock({ $0 }) {
        case .success(let stored): self.continuation.resume(returning: stored)
        case .failure(let refusal): self.continuation.resume(throwing: refusal)
        case nil: preconditionFailure("a step was committed that has not run")
        }
    }

    func fail(_ error: any Error) { self.continuation.resume(throwing: error) }
}
