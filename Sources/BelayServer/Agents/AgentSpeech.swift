import BelayCore

/// Decides what of an agent's text its client gets to see, and when. What a client of a chat protocol has can't be taken
/// back, so nothing is said that may turn out not to stand, as far as that can be known.
///
/// An agent whose answers are held against what its tools did is heard when its answer was found honest. Any other one is
/// heard as it speaks, also beside its tool calls, each time in a paragraph of its own. Then an attempt can break off, or
/// an answer can be sent back, when some of it was shown already. If the next attempt says the same again, it goes on from
/// there; if it doesn't, what was shown is void.
struct AgentSpeech: Sendable {
    enum Effect: Sendable, Hashable {
        case nothing
        case say(String)
        /// What was said doesn't stand. Nothing can follow it.
        case void
    }

    /// Whether text is shown as it is written.
    let isLive: Bool
    /// What the client has of the step at work.
    private var shown = ""
    /// What a further attempt at it has written, until that is more than the client has.
    private var draft = ""
    /// Whether what comes next goes on from what is shown, as it does while nothing goes wrong.
    private var agree = true
    /// The last text that a model answered with, all of which the client has.
    private var said: String?

    init(isLive: Bool) { self.isLive = isLive }

    mutating func take(_ progress: ModelProgress) -> Effect {
        guard self.isLive else { return .nothing }
        switch progress {
        case .attemptStarted, .attemptFailed:
            self.draft = ""
            self.agree = self.shown.isEmpty
            return .nothing
        case .textDelta(let text, _):
            guard !text.isEmpty else { return .nothing }
            if self.agree { return self.show(text) }
            self.draft += text
            return self.compare()
        }
    }

    mutating func take(_ event: Event) -> Effect {
        switch event {
        case .modelAnswered(let answer) where self.isLive: return self.conclude(answer.text)
        // The call is made once more, perhaps much later.
        case .modelCallFailed:
            self.draft = ""
            self.agree = self.shown.isEmpty
            return .nothing
        case .outputRejected where self.said != nil: return .void
        case .completed(let completed): return self.finish(completed.output)
        default: return .nothing
        }
    }

    /// The end of what is said: an answer, or what the agent asks.
    mutating func finish(_ text: String) -> Effect {
        if self.shown.isEmpty, self.said == text { return .nothing }
        return self.conclude(text)
    }

    /// All of a paragraph is known.
    private mutating func conclude(_ text: String) -> Effect {
        defer { (self.shown, self.draft, self.agree) = ("", "", true) }
        // Progress is best effort: what of it was lost is shown now, and what is no part of the text was void.
        guard text.utf8.starts(with: self.shown.utf8) else { return .void }
        let rest = String(decoding: text.utf8.dropFirst(self.shown.utf8.count), as: UTF8.self)
        let effect = rest.isEmpty ? .nothing : self.show(rest)
        if !text.isEmpty { self.said = text }
        return effect
    }

    private mutating func compare() -> Effect {
        guard self.draft.utf8.count > self.shown.utf8.count else {
            return self.shown.utf8.starts(with: self.draft.utf8) ? .nothing : .void
        }
        guard self.draft.utf8.starts(with: self.shown.utf8) else { return .void }
        let rest = String(decoding: self.draft.utf8.dropFirst(self.shown.utf8.count), as: UTF8.self)
        self.agree = true
        return self.show(rest)
    }

    private mutating func show(_ text: String) -> Effect {
        let opens = self.shown.isEmpty && self.said != nil
        self.shown += text
        return .say(opens ? "\n\n" + text : text)
    }
}
