import BelayCore
import BelayRuntime

/// Shows on standard error what an execution does, until it ends or waits for somebody.
struct Watching {
    let runtime: Runtime
    /// Says nothing.
    let quiet: Bool

    func outcome(of id: ExecutionID) async throws -> Outcome {
        try await withThrowingTaskGroup(of: Outcome?.self) { group in
            group.addTask { try await self.runtime.outcome(of: id) }
            if !self.quiet {
                group.addTask {
                    try await self.narrate(id)
                    return nil
                }
            }
            defer { group.cancelAll() }
            while let result = try await group.next() {
                if let outcome = result { return outcome }
            }
            throw CancellationError()
        }
    }

    private func narrate(_ id: ExecutionID) async throws {
        var story: Story?
        for try await item in self.runtime.events(of: id) {
            guard case .event(let entry) = item else { continue }
            let teller = story ?? Story([entry])
            story = teller
            Console.note(teller.line(entry))
        }
    }
}
