/// Conversations that have begun, until nothing was heard of them for as long as their limit says. Owns no clock.
///
/// What is remembered has a bound over everybody; at it the one is forgotten that would be forgotten next, and begins anew
/// when it is heard of again. Each operation takes O(log n).
struct RateSessions: Sendable {
    /// A conversation, of one of those whom a policy counts.
    ///
    /// A hash of its names, with the secret of this process: so it takes as much room whatever clients call it. Two of a
    /// million are taken for one once in some ten million processes, and then one of them isn't counted.
    struct ID: Sendable, Hashable {
        private let hash: Int

        /// - Parameters:
        ///   - subject: Who is counted.
        ///   - tenant: Of the conversation: those of two tenants are apart, even where tenants are counted together.
        init(_ name: String, of tenant: String, countedFor subject: RateBook.Key) {
            var hasher = Hasher()
            hasher.combine(subject)
            hasher.combine(tenant)
            hasher.combine(name)
            self.hash = hasher.finalize()
        }
    }

    let capacity: Int
    /// When each is forgotten.
    private var ends = RankedSet<ID, Moment>()

    init(capacity: Int) { self.capacity = capacity }

    var count: Int { self.ends.count }

    func contains(_ session: ID, at now: Moment) -> Bool { self.ends.rank(of: session).map { $0 > now } ?? false }

    /// A conversation was heard of.
    mutating func hear(_ session: ID, until end: Moment, at now: Moment) {
        // One may come and two go, so that they become fewer, and no request pays for all that end at once.
        for _ in 0..<2 {
            if let oldest = self.ends.first, !self.contains(oldest, at: now) { self.ends.remove(oldest) }
        }
        self.ends.place(session, at: end)
        if self.count > self.capacity, let oldest = self.ends.first { self.ends.remove(oldest) }
    }

    /// A conversation didn't begin after all.
    mutating func forget(_ session: ID) { self.ends.remove(session) }
}
