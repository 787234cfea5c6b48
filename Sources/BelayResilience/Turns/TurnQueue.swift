/// Those who wait for one thing, in the order of their turns: tenants take turns, and of a tenant whoever came first goes
/// first. Owns no clock, no lock and no task.
///
/// It is the turn of the tenant that holds least of the thing, and of those that hold as much, of the one whose last turn,
/// or whose coming, is the longest ago. So a tenant that holds nothing waits for at most one turn of each other that holds
/// nothing either, however many those have waiting. With one tenant it is first come, first served.
///
/// Each operation takes O(log n) for n tenants that wait, however many wait in their lines.
public struct TurnQueue: Sendable {
    private struct Waiter: Sendable {
        let tenant: String
        /// The neighbours of the same tenant.
        var previous: UInt64?
        var next: UInt64?
    }

    private struct Line: Sendable {
        var first: UInt64
        var last: UInt64
        var count = 1
    }

    private struct Rank: Sendable, Comparable {
        var held: Int
        /// Of those that hold as much: one for each turn and each coming.
        var number: UInt64

        static func < (left: Rank, right: Rank) -> Bool { (left.held, left.number) < (right.held, right.number) }
    }

    private var waiters: [UInt64: Waiter] = [:]
    /// Of tenants that wait; none is empty.
    private var lines: [String: Line] = [:]
    private var ranks = RankedSet<String, Rank>()
    /// The longest line first.
    private var lengths = RankedSet<String, Int>()
    /// What tenants hold; those that hold nothing aren't there.
    private var held: [String: Int] = [:]
    private var lastNumber: UInt64 = 0

    public init() {}

    public var count: Int { self.waiters.count }

    /// Puts one at the end of its tenant's line.
    ///
    /// - Parameter ticket: Names the one who waits; unique among those who do.
    public mutating func append(_ ticket: UInt64, of tenant: String) {
        let previous = self.lines[tenant]?.last
        let clash = self.waiters.updateValue(Waiter(tenant: tenant, previous: previous, next: nil), forKey: ticket)
        precondition(clash == nil, "Ticket \(ticket) waits already.")
        if let previous {
            self.waiters[previous]?.next = ticket
            self.lines[tenant]?.last = ticket
            self.lines[tenant]?.count += 1
        } else {
            self.lines[tenant] = Line(first: ticket, last: ticket)
            self.goBehind(tenant)
        }
        self.measure(tenant)
    }

    /// Whose turn it is; nil when nobody waits.
    package var next: UInt64? { self.ranks.first.flatMap { self.lines[$0]?.first } }

    /// Puts one into its tenant's line, before all that have higher tickets.
    ///
    /// Takes O(log n), and a step for each of its tenant that it stands behind where it isn't the last.
    package mutating func insert(_ ticket: UInt64, of tenant: String) {
        guard let line = self.lines[tenant], line.last > ticket else { return self.append(ticket, of: tenant) }
        var next = line.first
        while next < ticket, let later = self.waiters[next]?.next { next = later }
        let previous = self.waiters[next]?.previous
        let clash = self.waiters.updateValue(Waiter(tenant: tenant, previous: previous, next: next), forKey: ticket)
        precondition(clash == nil, "Ticket \(ticket) waits already.")
        self.waiters[next]?.previous = ticket
        if let previous { self.waiters[previous]?.next = ticket } else { self.lines[tenant]?.first = ticket }
        self.lines[tenant]?.count += 1
        self.measure(tenant)
    }

    /// Takes out whoever's turn it is; nil when nobody waits.
    public mutating func removeNext() -> (ticket: UInt64, tenant: String)? {
        guard let tenant = self.ranks.first, let ticket = self.lines[tenant]?.first else { return nil }
        _ = self.remove(ticket)
        if self.lines[tenant] != nil { self.goBehind(tenant) }
        return (ticket, tenant)
    }

    /// Takes one out that waits no longer.
    ///
    /// - Returns: False when it doesn't wait.
    public mutating func remove(_ ticket: UInt64) -> Bool {
        guard let waiter = self.waiters.removeValue(forKey: ticket), var line = self.lines[waiter.tenant] else {
            return false
        }
        if let previous = waiter.previous { self.waiters[previous]?.next = waiter.next }
        if let next = waiter.next { self.waiters[next]?.previous = waiter.previous }
        line.count -= 1
        line.first = waiter.previous == nil ? waiter.next ?? line.first : line.first
        line.last = waiter.next == nil ? waiter.previous ?? line.last : line.last
        self.lines[waiter.tenant] = line.count > 0 ? line : nil
        if line.count == 0 { self.ranks.remove(waiter.tenant) }
        self.measure(waiter.tenant)
        return true
    }

    /// Takes out the newest of the longest line to make room for one of a shorter line.
    ///
    /// - Returns: Nil when the line of `tenant`, with one more, would be longer than that without one: nobody gives way.
    public mutating func makeRoom(for tenant: String) -> UInt64? {
        guard let longest = self.lengths.first, let line = self.lines[longest],
            (self.lines[tenant]?.count ?? 0) + 1 < line.count
        else { return nil }
        _ = self.remove(line.last)
        return line.last
    }

    /// How many go before one of `tenant` that comes now, if nobody else came and all held as much. With one tenant these
    /// are all that wait.
    public func ahead(of tenant: String) -> Int {
        let own = self.lines[tenant]?.count ?? 0
        let others = self.lines.count - (own > 0 ? 1 : 0)
        return min(self.count, own + (own + 1) * others)
    }

    /// Takes note of how much a tenant holds.
    ///
    /// - Parameter change: What it took, or with a minus what it gave back.
    public mutating func hold(_ change: Int, by tenant: String) {
        let held = (self.held[tenant] ?? 0) + change
        precondition(held >= 0, "Something was given back for '\(tenant)' that it never held.")
        self.held[tenant] = held == 0 ? nil : held
        guard var rank = self.ranks.rank(of: tenant) else { return }
        rank.held = held
        self.ranks.place(tenant, at: rank)
    }

    /// Places a tenant behind all that hold as much.
    private mutating func goBehind(_ tenant: String) {
        self.lastNumber += 1
        self.ranks.place(tenant, at: Rank(held: self.held[tenant] ?? 0, number: self.lastNumber))
    }

    private mutating func measure(_ tenant: String) {
        if let line = self.lines[tenant] {
            self.lengths.place(tenant, at: -line.count)
        } else {
            self.lengths.remove(tenant)
        }
    }
}
