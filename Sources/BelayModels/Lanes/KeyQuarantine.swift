import BelayCore
import BelayResilience

/// Whether the key of one endpoint may be used. Owns no clock and no lock.
///
/// A key that was refused rests for long: only a person mends that. One whose quota is used up rests for a short time, and
/// twice as long each time that it still is: whoever pays wants it back soon. After a rest one attempt at a time finds out,
/// until one is answered.
struct KeyQuarantine: Sendable {
    /// How long keys rest.
    struct Rests: Sendable {
        /// Of a refused key, and the longest of one whose quota is used up.
        var refused: Duration
        /// The first one of a key whose quota is used up.
        var quotaExhausted: Duration
    }

    /// Why a key isn't used, and for how long at most.
    struct Obstacle: Sendable, Hashable {
        var kind: ModelFailure.Kind
        var wait: Duration
    }

    private struct Trouble: Sendable {
        var kind: ModelFailure.Kind
        /// When it was found out last: attempts that had begun by then say nothing new.
        var since: Moment
        var rest: Duration
        var until: Moment
    }

    /// A further attempt may find out when the one before it has said nothing for so long.
    static let probeTimeout = Duration.seconds(10)

    private let rests: Rests
    /// Nil while the key is good.
    private var trouble: Trouble?

    init(_ rests: Rests) { self.rests = rests }

    /// What stands in the way of an attempt; nil when nothing does. Takes nothing.
    func obstacle(at now: Moment) -> Obstacle? {
        guard let trouble, now < trouble.until else { return nil }
        return Obstacle(kind: trouble.kind, wait: now.duration(to: trouble.until))
    }

    /// Lets an attempt pass, after a rest as the one that finds out.
    ///
    /// - Returns: What stands in its way; nil when nothing does.
    mutating func admit(at now: Moment) -> Obstacle? {
        if let obstacle = self.obstacle(at: now) { return obstacle }
        self.trouble?.until = now + Self.probeTimeout
        return nil
    }

    /// Takes that the provider refused the key of an attempt, of a kind whose disposition is `keyFault`.
    ///
    /// - Returns: How long the key rests from now on; nil when that is no news.
    mutating func refused(_ kind: ModelFailure.Kind, startedAt start: Moment, at now: Moment) -> Duration? {
        if let trouble, start <= trouble.since { return nil }
        let rest: Duration =
            switch self.trouble {
            case _ where kind != .quotaExhausted: self.rests.refused
            case let last? where last.kind == .quotaExhausted:
                min(last.rest * 2, max(self.rests.refused, self.rests.quotaExhausted))
            default: self.rests.quotaExhausted
            }
        self.trouble = Trouble(kind: kind, since: now, rest: rest, until: now + rest)
        return rest
    }

    /// Takes an answer.
    mutating func accepted(startedAt start: Moment) {
        if let trouble, start > trouble.since { self.trouble = nil }
    }

    /// Takes the end of an attempt that says nothing of the key: the next one may find out.
    mutating func ended(startedAt start: Moment, at now: Moment) {
        if let trouble, start > trouble.since { self.trouble?.until = min(trouble.until, now) }
    }
}
