import BelayCore
import BelayResilience

/// One account as a node sees it: what it has leased, and what of that is in use.
struct LocalAccount {
    let budget: Budget
    let key: AccountKey
    /// As the store knew it last; nil before it was opened.
    var standing: AccountStanding?
    /// Leased, and not yet spent; negative when calls cost more than was leased for them.
    private(set) var chunk: Int64 = 0
    /// What the calls under way may cost at most.
    private(set) var held: Int64 = 0
    /// How many of them there are.
    private(set) var callsUnderWay = 0
    /// Spent, and not yet written.
    private(set) var unposted: Int64 = 0
    /// Given back, and not yet written.
    private(set) var returning: Int64 = 0
    /// What the last chunk was, and when it came; the next one is larger where it didn't last.
    private var lastChunk: (units: Int64, at: Moment)?
    /// More was asked for before it ran out.
    var isRefilling = false
    /// When a call drew from it last.
    var used: Moment
    /// Little is left in the store: what isn't in use goes back at once.
    var isScarce = false
    /// Another node needs more than the store has.
    var isWanted = false
    /// The store's number for it; nil before it was opened.
    var number: Int64? { self.standing?.number }
    var isHard: Bool { self.budget.enforcement == .hard }

    init(budget: Budget, key: AccountKey, used: Moment) {
        self.budget = budget
        self.key = key
        self.used = used
    }

    var unit: BudgetUnit { self.key.unit }
    var available: Int64 { self.chunk - self.held }
    /// What the store knows this node to have.
    var leased: Int64 { self.chunk + self.unposted + self.returning }
    /// Nothing of it would be lost if it were forgotten.
    var isIdle: Bool { self.callsUnderWay == 0 && self.chunk == 0 && self.unposted == 0 && self.returning == 0 }

    /// Whether a call may be admitted with what is there.
    func admits(_ units: Int64) -> Bool {
        guard self.standing != nil else { return false }
        // What takes nothing of it is no matter of it, however much was overdrawn.
        return !self.isHard || units == 0 || self.available >= units
    }

    mutating func hold(_ units: Int64, at now: Moment) {
        if self.isHard { self.held += units }
        self.callsUnderWay += 1
        self.used = now
    }

    /// - Parameter isCurrent: Whether what was held came from the present lease.
    mutating func settle(held units: Int64, spent: Int64, isCurrent: Bool) {
        self.callsUnderWay -= 1
        guard isCurrent else { return }
        if self.isHard { self.held -= units }
        self.unposted += spent
        if self.isHard { self.chunk -= spent }
    }

    mutating func granted(_ grant: ChunkGrant, at now: Moment) {
        self.chunk += grant.units
        self.standing = grant.standing
        self.isRefilling = false
        // Asked for more than is to be had: from now on call by call.
        if grant.units == 0 { self.isScarce = true } else { self.lastChunk = (grant.units, now) }
    }

    /// How much to ask for beyond what calls need now: 64 times that at first, twice as much as last time if that was used up
    /// within a second.
    func readiness(for need: Int64, at now: Moment) -> Int64 {
        let first = need.saturatingProduct(64)
        guard let last = self.lastChunk, now < last.at + .seconds(1) else { return first }
        return max(first, last.units.saturatingProduct(2))
    }

    /// Whether it is time to ask for more, so that no call has to wait for it.
    var runsLow: Bool {
        guard self.isHard, !self.isScarce, !self.isWanted, !self.isRefilling, let last = self.lastChunk else {
            return false
        }
        return self.available < last.units / 4
    }

    /// What isn't in use, to be given back.
    mutating func giveBack() -> Int64 {
        let units = max(0, self.available)
        self.chunk -= units
        self.returning += units
        return units
    }

    mutating func posted(spent: Int64, returned: Int64) {
        // The store takes back no more than the node had. What was spent beyond that has lessened what is left there.
        if self.isHard { self.chunk += max(0, spent + returned - self.leased) }
        self.unposted -= spent
        self.returning -= returned
        guard var standing else { return }
        standing.settled += spent
        standing.reserved -= min(spent + returned, standing.reserved)
        self.standing = standing
    }

    /// The store has more for this node than the node knows of: an answer was lost.
    mutating func found(_ units: Int64) { self.chunk += units }

    /// The lease is over: what was leased is others' now.
    mutating func lapse() { (self.chunk, self.held, self.unposted, self.returning) = (0, 0, 0, 0) }
}
