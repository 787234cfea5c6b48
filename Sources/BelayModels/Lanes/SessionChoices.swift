import BelayCore
import BelayResilience

/// Where conversations were answered last, for whose prompts a provider may have a cache. Owns no clock and no lock.
struct SessionChoices: Sendable {
    /// Sessions are compared within a tenant and a route.
    struct Key: Sendable, Hashable {
        var tenant: String
        var route: String
        var session: String

        /// Nil when the call belongs to no session.
        init?(_ call: ModelCall) {
            guard let session = call.caller.session else { return nil }
            (self.tenant, self.route, self.session) = (call.tenant, call.route, session)
        }
    }

    struct Choice: Sendable, Hashable {
        var path: ModelPath
        /// Nil when the provider has one only.
        var endpoint: String?
    }

    private struct Entry: Sendable {
        var choice: Choice
        var usedAt: Moment
    }

    private let lifetime: Duration
    private let maxSessions: Int
    /// Two generations: what is used moves to the younger, and when that is full the older is dropped as a whole.
    private var young: [Key: Entry] = [:]
    private var old: [Key: Entry] = [:]

    /// - Parameters:
    ///   - maxSessions: How many are kept, at least 2. Default 20,000.
    ///   - lifetime: After this time without a call a session is new: vendors keep prompts for about 5 min, the default.
    init(maxSessions: Int = 20_000, lifetime: Duration = .seconds(300)) {
        precondition(maxSessions >= 2, "\(maxSessions) sessions are no memory.")
        self.maxSessions = maxSessions
        self.lifetime = lifetime
    }

    var count: Int { self.young.count + self.old.count }

    func choice(for key: Key, at now: Moment) -> Choice? {
        guard let entry = self.young[key] ?? self.old[key], entry.usedAt.duration(to: now) < self.lifetime else {
            return nil
        }
        return entry.choice
    }

    mutating func answered(_ key: Key, by choice: Choice, at now: Moment) {
        self.old[key] = nil
        self.young[key] = Entry(choice: choice, usedAt: now)
        guard self.young.count >= self.maxSessions / 2 else { return }
        self.old = self.young
        self.young = [:]
    }
}
