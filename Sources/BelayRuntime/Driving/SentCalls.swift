import BelayCore
import BelayResilience

/// What this process knows of the calls that it dispatched and that have no result in their journals.
///
/// Whoever takes an execution over asks for it; of calls that aren't here, another process knew.
final class SentCalls: Sendable {
    struct Key: Hashable {
        var execution: ExecutionID
        var callID: String
        var attempt: Int
    }

    private struct Record {
        var fate: DispatchFate
        /// Of the lease under which this process knew it last.
        var epoch: Int
    }

    private struct State {
        var records: [Key: Record] = [:]
        /// As they came, and some that are gone.
        var order: [Key] = []
    }

    /// Those that were forgotten first are reported as another process's.
    private static let capacity = 10_000

    private let state = Locked(State())

    func note(_ fate: DispatchFate, of key: Key, under lease: Lease) {
        self.state.withLock { state in
            // Of a later lease it is known better.
            if let known = state.records[key], known.epoch > lease.epoch { return }
            let record = Record(fate: fate, epoch: lease.epoch)
            if state.records.updateValue(record, forKey: key) == nil { state.order.append(key) }
            guard state.order.count > 2 * Self.capacity else { return }
            for key in state.order.prefix(Self.capacity) { state.records[key] = nil }
            state.order.removeFirst(Self.capacity)
        }
    }

    /// The journal has its result.
    func recorded(_ key: Key) { self.state.withLock { _ = $0.records.removeValue(forKey: key) } }

    /// - Parameter lease: Under which it is asked.
    /// - Returns: Nil when this process knows nothing of it, or another one had a lease since, under which the call may have
    ///   been dispatched anew.
    func fate(of open: OpenCall, under lease: Lease) -> DispatchFate? {
        let key = Key(execution: lease.execution, callID: open.call.id, attempt: open.attempts)
        return self.state.withLock { state in
            guard let record = state.records[key], record.epoch >= lease.epoch - 1 else { return nil }
            state.records[key]?.epoch = lease.epoch
            return record.fate
        }
    }
}
