import BelayResilience

/// What a vendor has left for a model, as its answers tell: so that calls are held back before it has to refuse them. A value
/// that owns no clock.
struct VendorSupply: Sendable {
    private struct Shortage: Sendable {
        /// When the next call may go.
        var next: Moment
        /// No call goes before this: the vendor says so.
        let first: Moment
        /// Between calls from then on.
        var spacing: Duration
        /// Everything is back by then.
        var over: Moment
    }

    /// What a call took, to be given back if it isn't sent.
    struct Turn: Sendable {
        /// How long the call has to wait for it.
        let wait: Duration
        /// How much later the next call goes.
        fileprivate let spacing: Duration
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
        let first = now + min(wait, self.longest)
        var next = first
        // Those who wait have their turns already: later ones come after them. But nobody waits for a shortage that is over.
        if let shortage, now < shortage.over { next = max(first, shortage.next) }
        self.shortage = Shortage(
            next: next, first: first, spacing: min(spacing, self.longest),
            over: max(next, now + min(full, self.longest)))
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
    /// - Returns: Nil when the call would wait longer than `patience` for it, and nothing was taken.
    mutating func take(at now: Moment, atMost patience: Duration) -> Turn? {
        let wait = self.wait(at: now)
        guard wait <= patience else { return nil }
        guard let shortage, now < shortage.over else { return Turn(wait: wait, spacing: .zero) }
        self.shortage?.next = max(now, shortage.next) + shortage.spacing
        return Turn(wait: wait, spacing: shortage.spacing)
    }

    /// Takes back the turn of a call that was not sent: who comes later waits that much less.
    mutating func giveBack(_ turn: Turn, at now: Moment) {
        guard let shortage, now < shortage.over else { return }
        self.shortage?.next = max(now, shortage.first, shortage.next.advanced(by: .zero - turn.spacing))
    }
}
