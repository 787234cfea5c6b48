/// Those who wait for limits, each in the line of one. In a line tenants take turns, and of a tenant whoever came first goes
/// first. Owns no clock.
///
/// Each operation takes O(log n), but for one that goes from line to line: it looks for its place behind those of its
/// tenant who came before.
struct RateLines: Sendable {
    struct Waiter: Sendable {
        var ask: RateAsk
        var keys: [RateBook.Key]
        /// When it has waited for as long as it may.
        var until: Moment
        /// In whose line it stands.
        var limit: RateBook.Limit
        /// What it takes of that.
        var cost: Int
        /// Those in whose lines it has had its turn.
        var passed: [RateBook.Limit] = []
    }

    private struct Line: Sendable {
        var turns = TurnQueue()
        var cost = 0
    }

    private var waiters: [UInt64: Waiter] = [:]
    /// None is empty.
    private var lines: [RateBook.Limit: Line] = [:]
    /// When whoever is next may pass; without those of whom nobody knows.
    private var looks = RankedSet<RateBook.Limit, Moment>()
    private var ends = RankedSet<UInt64, Moment>()
    /// All of them.
    private var everybody = TurnQueue()

    var count: Int { self.waiters.count }

    /// When to look at the lines again, if nothing happens before; nil when nobody waits.
    var next: Moment? {
        guard let end = self.ends.lowestRank else { return nil }
        return self.looks.lowestRank.map { min($0, end) } ?? end
    }

    /// A line that is to be looked at by now.
    func due(at now: Moment) -> RateBook.Limit? {
        guard let moment = self.looks.lowestRank, moment <= now else { return nil }
        return self.looks.first
    }

    /// One who has waited for as long as it may.
    func overdue(at now: Moment) -> UInt64? {
        guard let moment = self.ends.lowestRank, moment <= now else { return nil }
        return self.ends.first
    }

    /// About how much those take of a limit who go before one of `tenant` that comes now. With one tenant it is exact.
    ///
    /// - Returns: Nil when nobody waits for it.
    func ahead(of tenant: String, at limit: RateBook.Limit) -> Int? {
        guard let line = self.lines[limit] else { return nil }
        let ahead = line.turns.ahead(of: tenant)
        if ahead == line.turns.count { return line.cost }
        return Int(Double(line.cost) / Double(line.turns.count) * Double(ahead))
    }

    /// Whose turn it is.
    func next(at limit: RateBook.Limit) -> (ticket: UInt64, waiter: Waiter)? {
        guard let ticket = self.lines[limit]?.turns.next, let waiter = self.waiters[ticket] else { return nil }
        return (ticket, waiter)
    }

    /// Says when a line is to be looked at; nil when nobody knows. Where nobody waits, nothing is.
    mutating func look(at limit: RateBook.Limit, _ moment: Moment?) {
        if let moment, self.lines[limit] != nil {
            self.looks.place(limit, at: moment)
        } else {
            self.looks.remove(limit)
        }
    }

    mutating func append(_ ticket: UInt64, _ waiter: Waiter) {
        self.everybody.append(ticket, of: waiter.ask.tenant)
        self.ends.place(ticket, at: waiter.until)
        self.enter(ticket, waiter)
    }

    /// Sends one to the line where it stands now, to its place among those of its tenant.
    mutating func move(_ ticket: UInt64, to waiter: Waiter) {
        guard let before = self.waiters[ticket] else { preconditionFailure("\(ticket) doesn't wait.") }
        self.leave(ticket, before, isTurn: false)
        self.enter(ticket, waiter)
    }

    /// - Parameter isTurn: Whether it had its tenant's turn.
    mutating func remove(_ ticket: UInt64, isTurn: Bool = false) -> Waiter? {
        guard let waiter = self.waiters.removeValue(forKey: ticket) else { return nil }
        self.leave(ticket, waiter, isTurn: isTurn)
        _ = self.everybody.remove(ticket)  // Who made room has left it already.
        self.ends.remove(ticket)
        return waiter
    }

    /// Who has to leave for one of `tenant`: the newest of the tenant that has most waiting, over all lines. Nil when nobody
    /// gives way. It has to be removed.
    mutating func makeRoom(for tenant: String) -> UInt64? { self.everybody.makeRoom(for: tenant) }

    private mutating func enter(_ ticket: UInt64, _ waiter: Waiter) {
        self.waiters[ticket] = waiter
        self.lines[waiter.limit, default: Line()].turns.insert(ticket, of: waiter.ask.tenant)
        self.lines[waiter.limit]?.cost += waiter.cost
    }

    private mutating func leave(_ ticket: UInt64, _ waiter: Waiter, isTurn: Bool) {
        if isTurn {
            let left = self.lines[waiter.limit]?.turns.removeNext()
            precondition(left?.ticket == ticket, "It wasn't the turn of \(ticket).")
        } else {
            _ = self.lines[waiter.limit]?.turns.remove(ticket)  // It is there as long as it waits.
        }
        self.lines[waiter.limit]?.cost -= waiter.cost
        guard self.lines[waiter.limit]?.turns.count == 0 else { return }
        self.lines[waiter.limit] = nil
        self.looks.remove(waiter.limit)
    }
}
