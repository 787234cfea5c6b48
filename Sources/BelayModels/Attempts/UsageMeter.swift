import BelayCore
import BelayResilience

/// What is known of the work that a provider has done for an attempt: also when the attempt is cut off or cancelled.
final class UsageMeter: Sendable {
    /// How far the attempt's request came.
    enum Stage: Sendable, Hashable {
        /// Nothing has left for the provider.
        case unsent
        /// It is on its way, and the provider may be at work on it, whether or not anything has come back.
        case sent
        /// The provider answered with an HTTP status that is no success.
        case refused
    }

    /// What is known at one moment.
    struct Reading: Sendable, Hashable {
        var stage = Stage.unsent
        /// Nil when nothing was reported.
        var usage: Usage?
        /// Whether the usage is that of a whole answer, to which nothing can be added.
        var isFinal = false
        /// Estimated tokens of the text, reasoning and calls that came; of a body that broke off or can't be read, of all that
        /// came of it.
        var writtenTokens = 0
        /// Of all reports, also of those that had no figure to take.
        var anomalies: Set<UsageAnomaly> = []

        fileprivate mutating func take(_ usage: Usage?, isFinal: Bool) {
            guard let usage else { return }
            self.anomalies.formUnion(usage.anomalies)
            if usage != .zero { (self.usage, self.isFinal) = (usage, isFinal) }
        }
    }

    private struct State {
        var reading = Reading()
        var written: TokenWalk
    }

    private let state: Locked<State>

    init(_ tokenizer: Tokenizer = .typical) {
        self.state = Locked(State(written: TokenWalk(tokenizer)))
    }

    var reading: Reading {
        self.state.withLock { state in
            var reading = state.reading
            reading.writtenTokens = state.written.estimate.expected
            return reading
        }
    }

    var usage: Usage? { self.state.withLock { $0.reading.usage } }

    func reached(_ stage: Stage) { self.state.withLock { $0.reading.stage = stage } }

    /// - Parameters:
    ///   - usage: What was reported until now; nil or zero for nothing new.
    ///   - isFinal: Whether that is the usage of the whole answer.
    ///   - events: What came since the last time.
    func record(_ usage: Usage?, isFinal: Bool = false, events: [ModelStreamEvent] = []) {
        let isWritten = events.contains { $0.writtenText != nil }
        guard usage?.ifReported != nil || isWritten else { return }
        self.state.withLock { state in
            state.reading.take(usage, isFinal: isFinal)
            for event in events {
                if let text = event.writtenText { state.written.add(text) }
            }
        }
    }

    /// Takes a body that broke off, or can't be read: that much was written, with what is around it.
    func record(body: [UInt8], usage: Usage?) {
        self.state.withLock { state in
            state.reading.take(usage, isFinal: true)
            body.withUnsafeBufferPointer { state.written.add($0) }
        }
    }
}

extension ModelStreamEvent {
    /// What it holds of the answer itself.
    fileprivate var writtenText: String? {
        switch self {
        case .textDelta(let text), .reasoningDelta(let text), .toolCallArgumentsDelta(_, let text): text
        case .toolCallStarted(_, _, let name): name
        case .started, .reasoningSignature, .usage, .finished: nil
        }
    }
}
