import BelayCore
import BelayResilience
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

    /// No model answers for longer than a client waits; the execution goes on.
    struct Outage: Error {
        /// When it tries again; nil while it does.
        var pause: Duration?
    }

    let runtime: Runtime
    let execution: ExecutionID
    /// The number of the last event that is no news to the client.
    var after = 0
    let heartbeat: Duration
    /// Whether text is shown as it is written.
    let isLive: Bool
    /// How long the client waits at most.
    let patience: Duration
    /// How long while no model answers.
    let outagePatience: Duration
    let clock: any Clock<Duration>
    /// What was seen of the execution until now.
    let tally = Locked(AgentTally())

    /// - Parameter show: Gets what can be shown, in order; awaited.
    /// - Returns: How it came out; nil when the runtime stops: the execution goes on elsewhere, or later.
    /// - Throws: `DeadlineExceeded` for the client's patience, `Outage`, `Voided`, `RequestError`, `CancellationError`, and
    ///   what `show` throws. None of it ends the execution.
    func run(show: @escaping @Sendable (Sign) async throws -> Void) async throws -> Outcome? {
        // Of the clocks of a call the one between two pieces runs while no model answers, and only then.
        let limits = PhaseLimits(
            connect: nil, responseHeaders: nil, firstToken: nil, betweenTokens: self.outagePatience,
            total: self.patience)
        do {
            return try await withPhaseDeadlines(limits, clock: self.clock) { monitor in
                try await self.follow(monitor, show)
            }
        } catch let exceeded as DeadlineExceeded where exceeded.phase == .betweenTokens {
            throw Outage()
        }
    }

    private func follow(_ monitor: PhaseMonitor, _ show: (Sign) async throws -> Void) async throws -> Outcome? {
        var speech = AgentSpeech(isLive: self.isLive)
        var outage = OutagePatience(longest: self.outagePatience)
        let timekeeper = Timekeeper(self.clock)
        var hasAskedSomebody = false
        for try await item in self.runtime.events(
            of: self.execution, after: self.after, heartbeat: self.heartbeat)
        {
            switch item {
            case .heartbeat: try await show(.silence)
            case .progress(_, let progress): try await Self.perform(speech.take(progress), show)
            case .event(let entry):
                self.tally.withLock { $0.take(entry.event) }
                switch outage.take(entry.event, at: timekeeper.now, time: SystemWallClock().now) {
                case .nothing: break
                case .began: monitor.record(.content)
                case .over: monitor.record(.handedOn)
                case .tooLong(let pause): throw Outage(pause: pause)
                }
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
                    return outcome
                case .completed, .limitReached, .failed, .cancelled:
                    if entry.event.isEnding { return outcome }
                }
            }
        }
        try Task.checkCancellation()
        return nil
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
