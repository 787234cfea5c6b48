import BelayCore
import BelayResilience
import BelayTesting

/// A store that stops working when it is told to.
final class BreakableStore: ForwardingStore {
    private let store = InMemoryExecutionStore()
    private let failure = Locked<StoreError?>(nil)

    func fail(with error: StoreError?) { self.failure.withLock { $0 = error } }

    var base: any ExecutionStore {
        get throws {
            if let error = self.failure.withLock({ $0 }) { throw error }
            return self.store
        }
    }
}
