import BelayResilience

/// Work that may go on for a while when whoever asked for it is gone.
enum FinishingWork {
    /// Runs `work`; when the caller is cancelled, `work` is cancelled only after `longest`.
    ///
    /// Nothing is left behind: this returns when `work` has ended.
    ///
    /// - Parameter onDeparture: Called once, at the latest when the caller was cancelled.
    /// - Throws: What `work` throws.
    static func run<Value: Sendable>(
        atMost longest: Duration, clock: Timekeeper, onDeparture: @escaping @Sendable () -> Void,
        _ work: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        // Unstructured, since a child task is cancelled with its parent at once.
        let task = Task { try await work() }
        let alarm = Locked<Task<Void, Never>?>(nil)
        defer { alarm.withLock { $0 }?.cancel() }
        return try await withTaskCancellationHandler {
            try await task.value
        } onCancel: {
            onDeparture()
            let limit = Task {
                // Cancelled when the work has ended by itself.
                guard (try? await clock.sleep(for: longest)) != nil else { return }
                task.cancel()
            }
            alarm.withLock { $0 = limit }
        }
    }
}
