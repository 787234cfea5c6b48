extension SimulatedScheduler {
    /// Sleeps on the simulated time.
    ///
    /// - Parameter isCancellable: False for what goes on whatever its task wants, such as a write to a disk.
    /// - Throws: `CancellationError`: when cancelled, or when the world ends.
    package func sleep(until deadline: Duration, isCancellable: Bool = true) async throws {
        if self.isEnding { throw CancellationError() }
        if isCancellable { try Task.checkCancellation() }
        guard deadline > self.now else { return }
        let id = self.sleepers.makeID()
        let process = self.current
        try await withTaskCancellationHandler {
            try await withUnsafeThrowingContinuation { continuation in
                self.sleepers.insert(
                    .init(id: id, deadline: deadline, process: process, continuation: continuation))
            }
        } onCancel: {
            guard isCancellable, let sleeper = self.sleepers.remove(id) else { return }
            self.wake(sleeper, cancelled: true)
        }
    }

    package func sleep(for duration: Duration, isCancellable: Bool = true) async throws {
        try await self.sleep(until: self.now + duration, isCancellable: isCancellable)
    }

    func wake(_ sleeper: SleeperQueue.Sleeper, cancelled: Bool) {
        self.acting(as: sleeper.process) {
            if cancelled {
                sleeper.continuation.resume(throwing: CancellationError())
            } else {
                sleeper.continuation.resume()
            }
        }
    }
}
