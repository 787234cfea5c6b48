import BelayResilience

/// Which requests with a key are under way or were answered: a value that owns no clock and no task.
///
/// A request that comes again while the first is under way joins it; later it gets the answer that the first got, as long
/// as that is kept. Failures aren't kept: a request that failed may be sent again with its key.
struct IdempotencyMemory<Work: Sendable>: Sendable {
    enum Claim: Sendable {
        /// Nobody asked before: the caller begins, says so with `begin`, and reports with `end`.
        case new
        case join(Work)
        case repeated(WholeAnswer)
        /// The key belongs to another request.
        case conflict
    }

    private enum State: Sendable {
        case running(Work, number: Int, waiting: Int)
        case kept(WholeAnswer, until: Moment)
    }

    private struct Entry: Sendable {
        var digest: String
        var state: State
    }

    let maxEntries: Int
    let maxBytes: Int
    let lifetime: Duration
    private var entries: [String: Entry] = [:]
    /// Keys of kept answers, the oldest first: all live equally long.
    private var order: [String] = []
    private(set) var bytes = 0
    /// Of answers that are still being recorded.
    private(set) var recorded = 0

    init(maxEntries: Int, maxBytes: Int, lifetime: Duration) {
        self.maxEntries = maxEntries
        self.maxBytes = maxBytes
        self.lifetime = lifetime
    }

    mutating func claim(_ key: String, digest: String, at now: Moment) -> Claim {
        self.forget(at: now)
        guard let entry = self.entries[key] else { return .new }
        guard entry.digest == digest else { return .conflict }
        switch entry.state {
        case .kept(let answer, _): return .repeated(answer)
        case .running(let work, let number, let waiting):
            self.entries[key]?.state = .running(work, number: number, waiting: waiting + 1)
            return .join(work)
        }
    }

    /// - Parameter number: Unique: what a key stood for before is not mixed up with it.
    mutating func begin(_ key: String, digest: String, _ work: Work, number: Int) {
        self.entries[key] = Entry(digest: digest, state: .running(work, number: number, waiting: 1))
    }

    /// Somebody who waited is gone.
    ///
    /// - Returns: The work, when nobody waits for it any more.
    mutating func leave(_ key: String, number: Int) -> Work? {
        guard case .running(let work, number, let waiting)? = self.entries[key]?.state else { return nil }
        if waiting > 1 {
            self.entries[key]?.state = .running(work, number: number, waiting: waiting - 1)
            return nil
        }
        self.entries[key] = nil
        return work
    }

    /// - Parameter answer: Nil when there is none.
    mutating func end(_ key: String, number: Int, with answer: WholeAnswer?, at now: Moment) {
        guard case .running(_, number, _)? = self.entries[key]?.state else { return }
        guard let answer, answer.size <= self.maxBytes else {
            self.entries[key] = nil
            return
        }
        self.entries[key]?.state = .kept(answer, until: now + self.lifetime)
        self.order.append(key)
        self.bytes += answer.size
        self.forget(at: now)
    }

    /// Makes room for a part of an answer that is still being recorded, for which the oldest answers are forgotten.
    ///
    /// - Returns: Whether there is room. What got it is to be reported with `drop` in the end.
    mutating func record(_ count: Int, at now: Moment) -> Bool {
        guard count <= self.maxBytes - self.recorded else { return false }
        self.recorded += count
        self.forget(at: now)
        return true
    }

    /// An answer isn't recorded any more, whether it is to be kept or not.
    ///
    /// - Parameter count: All that it got room for.
    mutating func drop(_ count: Int) { self.recorded -= count }

    private mutating func forget(at now: Moment) {
        while let key = self.order.first, case .kept(let answer, let until)? = self.entries[key]?.state,
            until <= now || self.order.count > self.maxEntries || self.bytes > self.maxBytes - self.recorded
        {
            self.order.removeFirst()
            self.entries[key] = nil
            self.bytes -= answer.size
        }
    }
}
