import BelayCore

/// The text so far of a model call that runs, for observers who come in the middle of it.
struct LiveDraft: Sendable {
    /// UTF-8 bytes. Of an attempt that wrote more, late observers get what follows only.
    static let capacity = 256 << 10

    private let step: Int
    private var start: ModelProgress?
    private var attempt = 0
    private var text = ""
    private var isTooLong = false

    init(step: Int) { self.step = step }

    mutating func take(_ progress: ModelProgress) {
        switch progress {
        case .attemptStarted(let number, _):
            self = LiveDraft(step: self.step)
            self.attempt = number
            self.start = progress
        case .textDelta(let delta, let attempt):
            guard attempt == self.attempt, !self.isTooLong else { return }
            self.isTooLong = self.text.utf8.count + delta.utf8.count > Self.capacity
            self.text = self.isTooLong ? "" : self.text + delta
        case .attemptFailed: self = LiveDraft(step: self.step)
        }
    }

    /// What an observer has to be told so that the deltas that follow add up.
    var items: [FeedItem] {
        guard let start else { return [] }
        let started = FeedItem.progress(step: self.step, start)
        if self.text.isEmpty { return [started] }
        return [started, .progress(step: self.step, .textDelta(self.text, attempt: self.attempt))]
    }
}
