import BelayResilience

/// Decides when a stream has been silent for so long that whoever reads it needs a sign of life. Owns no clock.
struct SilenceWatch: Sendable {
    private let longest: Duration
    private var last: Moment

    init(longest: Duration, from start: Moment) {
        precondition(longest > .zero, "A silence of \(longest) is none: signs would follow without a pause.")
        self.longest = longest
        self.last = start
    }

    mutating func heard(at now: Moment) { self.last = max(self.last, now) }

    /// When to look again; nil when a sign is due, from which on the silence counts anew.
    mutating func next(at now: Moment) -> Moment? {
        let due = self.last + self.longest
        guard now >= due else { return due }
        self.last = now
        return nil
    }
}
