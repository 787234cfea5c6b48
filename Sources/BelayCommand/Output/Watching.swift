import BelayCore
import BelayResilience
import BelayRuntime

/// Shows on standard error what an execution does, until it ends or waits for somebody.
struct Watching {
    let runtime: Runtime
    let attempts: LiveAttempts
    /// Says nothing.
    let quiet: Bool

    func outcome(of id: ExecutionID) async throws -> Outcome {
        if self.quiet { return try await self.runtime.outcome(of: id) }
        let narrator = Narrator(attempts: self.attempts)
        let outcome = try await withThrowingTaskGroup(of: Outcome?.self) { group in
            group.addTask { try await self.runtime.outcome(of: id) }
            group.addTask {
                for try await case .event(let entry) in self.runtime.events(of: id) { narrator.tell(entry) }
                return nil
            }
            defer { group.cancelAll() }
            while let result = try await group.next() {
                if let outcome = result { return outcome }
            }
            throw CancellationError()
        }
        // The narrator may have been a few events behind.
        for entry in try await self.runtime.journal(of: id) { narrator.tell(entry) }
        return outcome
    }
}

/// Tells each event once, in order.
private final class Narrator: Sendable {
    private let attempts: LiveAttempts
    private let state = Locked<(story: Story?, last: Int)>((nil, 0))

    init(attempts: LiveAttempts) { self.attempts = attempts }

    func tell(_ entry: JournalEvent) {
        self.state.withLock { state in
            guard entry.sequence > state.last else { return }
            let story = state.story ?? Story([entry])
            state = (story, entry.sequence)
            if case .attemptFailed(let failed) = entry.event, self.attempts.hasTold(failed.attempt) { return }
            Console.note(story.line(entry))
        }
    }
}
