/// Wakes one who waits, once.
final class Bell: Sendable {
    private struct State: Sendable {
        var hasRung = false
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let state = Locked(State())

    func ring() {
        let waiter = self.state.withLock { state in
            state.hasRung = true
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume()
    }

    /// Returns when it has rung, whether or not the task is cancelled. For one task.
    func wait() async {
        await withCheckedContinuation { waiter in
            let hasRung = self.state.withLock { state in
                if !state.hasRung { state.waiter = waiter }
                return state.hasRung
            }
            if hasRung { waiter.resume() }
        }
    }
}
