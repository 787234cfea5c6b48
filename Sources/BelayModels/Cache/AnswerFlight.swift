import BelayCore
import BelayResilience

/// One question on its way to a model, and everybody who waits for its answer.
final class AnswerFlight: Sendable {
    enum Outcome: Sendable {
        case answered(ModelCallResult)
        case failed(any Error)
        /// Nobody will answer: whoever made the call gave up. Another one may make it.
        case abandoned
    }

    /// Whether the call is made by the task of somebody who gets it as a stream, and may be slow to take it.
    let isStreamed: Bool

    private struct State {
        var outcome: Outcome?
        var task: Task<Void, Never>?
        /// Who waits, by a number of their own.
        var waiters: [UInt64: CheckedContinuation<Outcome?, Never>] = [:]
        var next: UInt64 = 0
        /// Who counts on the answer; when nobody does any more, the call is given up.
        var passengers: Int
    }

    private let state: Locked<State>

    /// Begins with a seat for whoever has the call made.
    init(isStreamed: Bool) {
        self.isStreamed = isStreamed
        self.state = Locked(State(passengers: isStreamed ? 0 : 1))
    }

    /// How many wait at the moment.
    var waiting: Int { self.state.withLock { $0.waiters.count } }

    /// Has the call made in a task of its own, so that nobody who waits can take it from the others by leaving.
    func run(_ body: @escaping @Sendable () async -> Void) {
        let task = Task { await body() }
        let isSettled = self.state.withLock { state in
            state.task = task
            return state.outcome != nil
        }
        if isSettled { task.cancel() }
    }

    /// - Returns: Whether this is the first one: everybody who comes later finds the outcome.
    @discardableResult
    func settle(_ outcome: Outcome) -> Bool {
        let waiters = self.state.withLock { state -> [CheckedContinuation<Outcome?, Never>]? in
            guard state.outcome == nil else { return nil }
            state.outcome = outcome
            state.task = nil
            defer { state.waiters = [:] }
            return Array(state.waiters.values)
        }
        guard let waiters else { return false }
        for waiter in waiters { waiter.resume(returning: outcome) }
        return true
    }

    /// Waits for the outcome. Whoever is cancelled leaves alone.
    ///
    /// - Parameters:
    ///   - isFirst: Whether this is who had the call made.
    ///   - leftAlone: Called when the last one left: nobody waits any more.
    /// - Throws: `CancellationError`.
    func wait(isFirst: Bool = false, leftAlone: @Sendable () -> Void) async throws -> Outcome {
        let number = self.state.withLock { state in
            state.next += 1
            if !isFirst { state.passengers += 1 }
            return state.next
        }
        let outcome = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in self.enter(number, continuation) }
        } onCancel: {
            self.state.withLock { $0.waiters.removeValue(forKey: number) }?.resume(returning: nil)
        }
        guard let outcome else {
            if self.leave() { leftAlone() }
            throw CancellationError()
        }
        return outcome
    }

    private func enter(_ number: UInt64, _ continuation: CheckedContinuation<Outcome?, Never>) {
        let isOver = self.state.withLock { state -> Outcome?? in
            if let outcome = state.outcome { return .some(outcome) }
            if Task.isCancelled { return .some(nil) }
            state.waiters[number] = continuation
            return nil
        }
        if let outcome = isOver { continuation.resume(returning: outcome) }
    }

    /// - Returns: Whether nobody is left, and the call is given up.
    private func leave() -> Bool {
        let task = self.state.withLock { state -> (isEmpty: Bool, task: Task<Void, Never>?) in
            state.passengers -= 1
            guard state.passengers == 0, state.outcome == nil, state.task != nil else { return (false, nil) }
            return (true, state.task)
        }
        task.task?.cancel()
        return task.isEmpty
    }
}
