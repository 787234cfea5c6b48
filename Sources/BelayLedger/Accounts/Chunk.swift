/// What a node asks of an account, so that it needn't ask for each call.
public struct ChunkAsk: Sendable, Hashable {
    public var key: AccountKey
    /// The configured limit, in the account's unit.
    public var limit: Int64
    public var enforcement: Budget.Enforcement
    public var alertPercent: Int
    /// What the smallest of the calls needs that wait; 0 only opens the account.
    public var least: Int64
    /// What all of them need together.
    public var wanted: Int64
    /// What it would like to have for calls to come, as far as much is left.
    public var ready: Int64

    public init(
        key: AccountKey, limit: Int64, enforcement: Budget.Enforcement = .hard,
        alertPercent: Int = 80, least: Int64, wanted: Int64, ready: Int64 = 0
    ) {
        self.key = key
        self.limit = limit
        self.enforcement = enforcement
        self.alertPercent = alertPercent
        self.least = least
        self.wanted = wanted
        self.ready = ready
    }
}

/// What a node got.
public struct ChunkGrant: Sendable, Hashable {
    /// 0 when less is left than the smallest call needs.
    public var units: Int64
    /// After the grant.
    public var standing: AccountStanding

    public init(units: Int64, standing: AccountStanding) {
        self.units = units
        self.standing = standing
    }
}

/// How large the chunks are that nodes lease.
public enum ChunkPolicy {
    /// No more than this share of what is left goes to one node for calls to come.
    private static let share: Int64 = 16
    /// - Returns: What waits is served as far as it goes. While much is left, there is more on top, so that the next calls
    ///   need not ask; when little is left, nothing is, so that no node sits on what another one needs.
    public static func grant(_ ask: ChunkAsk, headroom: Int64) -> Int64 {
        guard headroom >= ask.least else { return 0 }
        return min(headroom, max(ask.wanted, min(headroom / Self.share, ask.ready)))
    }

    /// Whether so little is left that a node gives back at once what it doesn't use.
    public static func isScarce(headroom: Int64, need: Int64) -> Bool { headroom / Self.share < need }
}
