import BelayCore
import BelayRuntime

/// Follows an execution until it has an answer, fails, or waits for somebody.
struct AgentWatch: Sendable {
    enum Sign: Sendable, Hashable {
        case text(String)
        /// Nothing came for a while: tools run, or it is somebody else's turn.
        case silence
    }

    /// What was shown doesn't stand; the execution goes on.
    struct Voided: Error {}

    /// How it came out, for the one who waits for it.
    struct End: Sendable {
        /// Nil when the runtime stops: the execution goes on elsewhere, or later.
        var outcome: Outcome?
        var tally: AgentTally
    }

    let runtime: Runtime
    let execution: ExecutionID
    /// The number of the last event that is no news to the client.
    var after = 0
    let heartbeat: Duration
    /// Whether text is shown as it is written.
    let isLive: Bool

    /// - Parameter show: Gets what can be shown, in order; awaited.
    /// - Throws: `RequestError`, `Voided`, `CancellationError`, and what `show` throws. None of it ends the execution.
    func run(show: (Sign) async throws -> Void) async throws -> End {
        var speech = AgentSpeech(isLive: self.isLive)
        var tally = AgentTally()
        var hasAskedSomebody = false
        for try await item in self.runtime.events(
            of: self.execution, after: self.after, heartbeat: self.heartbeat)
        {
            switch item {
            case .heartbeat: try await show(.silence)
            case .progress(_, let progress): try await Self.perform(speech.take(progress), show)
            case .event(let entry):
                tally.take(entry.event)
                try await Self.perform(speech.take(entry.event), show)
                if case .waitOpened(let wait) = entry.event, wait.kind != .timer { hasAskedSomebody = true }
                guard hasAskedSomebody || entry.event.isEnding,
                    let outcome = try await self.runtime.standing(of: self.execution)
                else { continue }
                switch outcome {
                // Older waits of an execution that went on since are history.
                case .waiting(_, let head) where head.sequence > entry.sequence: continue
                case .waiting(let waits, _):
                    try await Self.perform(speech.finish(Outcome.words(for: waits)), show)
                    return End(outcome: outcome, tally: tally)
                case .completed, .limitReached, .failed, .cancelled:
                    if entry.event.isEnding { return End(outcome: outcome, tally: tally) }
                }
            }
        }
        try Task.checkCancellation()
        return End(outcome: nil, tally: tally)
    }

    private static func perform(
        _ effect: AgentSpeech.Effect, _ show: (Sign) async throws -> Void
    ) async throws {
        switch effect {
        case .nothing: return
        case .say(let text): try await show(.text(text))
        case .void: throw Voided()
        }
    }
}
