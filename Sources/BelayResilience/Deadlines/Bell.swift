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

    /// Returns when it has rung, or when the task is cancelled. For one task.
    func wait() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { waiter in
                let hasRung = self.state.withLock { state in
                    if !state.hasRung { state.waiter = waiter }
                    return state.hasRung
                }
                if hasRung { waiter.resume() }
            }
        } onCancel: {
            self.ring()
        }
    }
}
