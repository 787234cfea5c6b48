import BelayResilience

/// Tells, once and for good, that something has happened to a connection.
final class Signal: Sendable {
    private struct State {
        var hasHappened = false
        var lastTicket = 0
        /// Few at a time: those who work for one client.
        var calls: [(ticket: Int, body: @Sendable () -> Void)] = []
    }

    private let state = Locked(State())

    var hasHappened: Bool { self.state.withLock { $0.hasHappened } }

    func happened() {
        let calls = self.state.withLock { state in
            state.hasHappened = true
            defer { state.calls = [] }
            return state.calls
        }
        for call in calls { call.body() }
    }

    /// Calls `body` when it happens, at once if it has; keep it short.
    ///
    /// - Returns: What to forget it by, which whoever asked has to.
    func call(_ body: @escaping @Sendable () -> Void) -> Int {
        let (ticket, hasHappened) = self.state.withLock { state in
            state.lastTicket += 1
            if !state.hasHappened { state.calls.append((state.lastTicket, body)) }
            return (state.lastTicket, state.hasHappened)
        }
        if hasHappened { body() }
        return ticket
    }

    func forget(_ ticket: Int) { self.state.withLock { $0.calls.removeAll { $0.ticket == ticket } } }
}
