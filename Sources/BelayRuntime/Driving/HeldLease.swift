import BelayCore
import BelayResilience

/// A lease as the process sees it that holds it.
///
/// Its expiry is a time of the store's clock, which may differ from this machine's. So nothing is compared with it: what
/// passes is measured here. The store gave the lease between two moments: it lasts from the earlier one, so that it isn't
/// held too long, and tells the store's time as of the later one, so that nothing is due before its time.
struct HeldLease: Sendable {
    private(set) var lease: Lease
    /// How long it lasts, as it was asked for.
    private let length: Duration
    private var asked: Moment
    private var answered: Moment

    init(_ lease: Lease, lasting length: Duration, asked: Moment, answered: Moment) {
        self.lease = lease
        self.length = length
        self.asked = asked
        self.answered = answered
    }

    mutating func renew(_ lease: Lease, asked: Moment, answered: Moment) {
        self.lease = lease
        self.asked = asked
        self.answered = answered
    }

    /// Whether it may be another node's by now: the store counts from later on than this.
    func isOver(at now: Moment) -> Bool { self.asked.duration(to: now) >= self.length }

    /// The store's time. It may lag by the duration of the call that told it.
    func storeTime(at now: Moment) -> Timestamp {
        self.lease.expires.advanced(by: self.answered.duration(to: now) - self.length)
    }
}
