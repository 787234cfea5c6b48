import Belay
import BelayResilience

/// Says on standard error at once which attempts at a model fail and what comes next. The journal has them only when the
/// whole call is over.
final class LiveAttempts: Sendable {
    /// Attempts of one call that are remembered; more than it may have.
    private static let maxTold = 256

    private struct State {
        /// Told as soon as it is known what comes next.
        var pending: ModelAttempt?
        var told: [String] = []
    }

    private let quiet: Bool
    private let state = Locked(State())

    init(quiet: Bool) { self.quiet = quiet }

    func record(_ report: GatewayReport) {
        if self.quiet { return }
        switch report {
        case .attemptFailed(let attempt): self.tell("", next: attempt)
        case .retrying(_, let wait):
            self.tell("; trying again \(wait > .zero ? "in \(Story.seconds(wait.milliseconds))" : "at once")")
        case .fellBack(_, let path): self.tell("; trying \(path)")
        case .attemptSucceeded, .attemptCancelled, .callAnswered, .callFailed, .answeredFromCache: self.tell("")
        case .circuitChanged, .keyRefused, .limitCut, .limitRestored, .hedged, .hedgeWon, .outputJudged, .cacheUsed,
            .usageAnomalies, .embeddingFailed, .sharedCacheFailed, .pathChosen, .pathSuspended, .pathRestored,
            .outcomesDelayed, .outcomesDropped, .judgementsDropped, .judgementFailed, .judgeCostAnomaly:
            break
        }
    }

    /// Whether this attempt of a journal was told when it failed.
    func hasTold(_ attempt: ModelAttempt) -> Bool { self.state.withLock { $0.told.contains(Self.key(attempt)) } }

    /// What is the same before and after the journal.
    private static func key(_ attempt: ModelAttempt) -> String {
        "\(attempt.number) \(attempt.path) \(attempt.duration) \(attempt.failure.message)"
    }

    /// Says the pending one with what follows from it, and keeps `next` in its place.
    private func tell(_ consequence: String, next: ModelAttempt? = nil) {
        let pending = self.state.withLock { state -> ModelAttempt? in
            defer { state.pending = next }
            guard let pending = state.pending else { return nil }
            state.told.append(Self.key(pending))
            state.told.removeFirst(max(0, state.told.count - Self.maxTold))
            return pending
        }
        guard let pending else { return }
        Console.note("\(Story.indent)\(Story.words(pending))\(consequence)")
    }
}
