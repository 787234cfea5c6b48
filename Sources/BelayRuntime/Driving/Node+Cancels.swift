import BelayCore

extension Node {
    /// How far back from its end a journal is searched for a cancel request. A driver that hangs adds nothing to it.
    private static let recent = 100

    /// Notices cancel requests that came through other processes, in the rhythm of the renewals.
    func watchForCancels() async {
        while true {
            do {
                try await self.context.clock.sleep(for: self.context.options.lease / 3)
                try await self.lookForCancels()
            } catch { return }  // Everything has come to rest.
        }
    }

    /// An execution that can't be read hides no request of another.
    private func lookForCancels() async throws(CancellationError) {
        let executions = self.inOrder.map(\.lease.execution)
        var isComplete = !executions.isEmpty
        for execution in executions {
            do {
                try await self.interruptIfCancelled(execution)
            } catch let error as CancellationError {
                throw error
            } catch {
                isComplete = false
                self.meet(.lookingForCancels, error)
            }
        }
        if isComplete { self.context.trouble.worked(.lookingForCancels) }
    }

    private func interruptIfCancelled(_ execution: ExecutionID) async throws {
        guard let head = try await self.context.store.head(of: execution) else { return }
        let recent = try await self.context.store.journal(
            of: execution, after: max(0, head.sequence - Self.recent), limit: Self.recent)
        let isCancelled = recent.contains { if case .cancelRequested = $0.event { true } else { false } }
        if isCancelled { self.interrupt(execution) }
    }
}
