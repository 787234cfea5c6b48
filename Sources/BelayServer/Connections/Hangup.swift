import BelayResilience

/// Tells, once and for good, that the client of a connection hung up.
final class Hangup: Sendable {
    private struct State {
        var hasHappened = false
        var lastTicket = 0
        var calls: [Int: @Sendable () -> Void] = [:]
    }

    private let state = Locked(State())

    func happened() {
        let calls = self.state.withLock { state in
            state.hasHappened = true
            defer { state.calls = [:] }
            return state.calls
        }
        for call in calls.values { call() }
    }

    /// Calls `body` when the client hangs up, at once if it has; keep it short.
    ///
    /// - Returns: What to forget it by, which whoever asked has to.
    func call(_ body: @escaping @Sendable () -> Void) -> Int {
        let (ticket, hasHappened) = self.state.withLock { state in
            state.lastTicket += 1
            if !state.hasHappened { state.calls[state.lastTicket] = body }
            return (state.lastTicket, state.hasHappened)
        }
        if hasHappened { body() }
        return ticket
    }

    func forget(_ ticket: Int) { self.state.withLock { $0.calls[ticket] = nil } }
}
