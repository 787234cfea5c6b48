import BelayResilience

/// What a vendor has left for a model, as its answers tell: so that calls are held back before it has to refuse them. A value
/// that owns no clock.
struct VendorSupply: Sendable {
    private struct Shortage: Sendable {
        /// When the next call may go.
        var next: Moment
        /// Between calls from then on.
        var spacing: Duration
        /// Everything is back by then.
        var over: Moment
    }

    private var shortage: Shortage?

    /// However long a vendor says, it is asked again after this.
    let longest: Duration

    init(longest: Duration) { self.longest = longest }

    /// Takes what a response says of its vendor's limits.
    ///
    /// - Parameter short: Those that a call has to wait for; empty when there is enough of everything.
    mutating func told(short: [VendorAllowance], at now: Moment) {
        guard let wait = short.map(\.wait).max(), let spacing = short.map(\.spacing).max(),
            let full = short.map(\.untilFull).max()
        else {
            self.shortage = nil
            return
        }
        var next = now + min(wait, self.longest)
        // Those who wait have their turns already: later ones come after them. But nobody waits for a shortage that is over.
        if let shortage, now < shortage.over { next = max(next, shortage.next) }
        self.shortage = Shortage(
            next: next, spacing: min(spacing, self.longest), over: max(next, now + min(full, self.longest)))
    }

    /// Whether anything is held back, or was when it was last heard of.
    var isShort: Bool { self.shortage != nil }

    /// How long a call that comes now has to wait; zero when it may go at once.
    func wait(at now: Moment) -> Duration {
        guard let shortage, now < shortage.over else { return .zero }
        return max(.zero, now.duration(to: shortage.next))
    }

    /// Gives a call its turn.
    ///
    /// - Returns: How long it has to wait for it; nil when that is longer than `patience`, and nothing was taken.
    mutating func take(at now: Moment, atMost patience: Duration) -> Duration? {
        let wait = self.wait(at: now)
        guard wait <= patience else { return nil }
        if let shortage, now < shortage.over {
            self.shortage?.next = max(now, shortage.next) + shortage.spacing
        }
        return wait
    }
}
