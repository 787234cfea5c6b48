import BelayResilience

/// Lets a test wait for a fact instead of for a while: whoever brings something about says that something has happened, and
/// whoever waits looks again.
package final class Happenings: Sendable {
    private struct State {
        /// How many there were, so that none is missed between a look and the wait for the next.
        var count = 0
        var lastWaiter = 0
        var waiting: [Int: CheckedContinuation<Void, Never>] = [:]
    }

    private let state = Locked(State())

    package init() {}

    /// Say so after what has happened can be seen.
    package func happened() {
        let waiting = self.state.withLock { state in
            defer { state.waiting = [:] }
            state.count += 1
            return Array(state.waiting.values)
        }
        for waiter in waiting { waiter.resume() }
    }

    /// Returns once something holds; the test's time limit ends the wait otherwise.
    ///
    /// - Parameter holds: Looked at now, and after everything that happens.
    /// - Throws: `CancellationError`, or what `holds` throws.
    package func until(_ holds: () async throws -> Bool) async throws {
        while true {
            let seen = self.state.withLock { $0.count }
            if try await holds() { return }
            await self.next(after: seen)
            try Task.checkCancellation()
        }
    }

    private func next(after seen: Int) async {
        let id = self.state.withLock { state in
            state.lastWaiter += 1
            return state.lastWaiter
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { waiter in
                let isOver = self.state.withLock { state in
                    // A task that is cancelled later finds its waiter below.
                    if state.count != seen || Task.isCancelled { return true }
                    state.waiting[id] = waiter
                    return false
                }
                if isOver { waiter.resume() }
            }
        } onCancel: {
            self.state.withLock { $0.waiting.removeValue(forKey: id) }?.resume()
        }
    }
}
