import BelayCore
import BelayResilience

/// A lease as the process sees it that holds it.
///
/// Its expiry is a time of the store's clock, which may differ from this machine's. So nothing is compared with it: how
/// long the lease lasts is measured here, from when the store was asked for it.
struct HeldLease: Sendable {
    private(set) var lease: Lease
    /// How long it lasts, as it was asked for.
    private let length: Duration
    private var asked: Moment

    init(_ lease: Lease, lasting length: Duration, asked: Moment) {
        self.lease = lease
        self.length = length
        self.asked = asked
    }

    mutating func renew(_ lease: Lease, asked: Moment) {
        self.lease = lease
        self.asked = asked
    }

    /// Whether it may be another node's by now: the store counts from later on than this.
    func isOver(at now: Moment) -> Bool { self.asked.duration(to: now) >= self.length }

    /// The store's time, up to the duration of the call that told it.
    func storeTime(at now: Moment) -> Timestamp {
        self.lease.expires.advanced(by: self.asked.duration(to: now) - self.length)
    }
}
