import BelayCore
import BelayResilience

/// The calls that wait for a lease, what is asked of the store for them, and how they are served, in their order.
extension LedgerState {
    mutating func newWaiterID() -> Int {
        self.lastWaiter += 1
        return self.lastWaiter
    }

    /// - Returns: Whether somebody has to be sent to serve it.
    mutating func wait(_ waiter: Waiter) throws(LedgerRefusal) -> Bool {
        guard self.waiting.count < Self.maxWaiting else { throw .busy }
        self.waiting.append(waiter)
        defer { self.isServing = true }
        return !self.isServing
    }

    mutating func removeWaiter(_ id: Int) -> Waiter? {
        guard let index = self.waiting.firstIndex(where: { $0.id == id }) else { return nil }
        return self.waiting.remove(at: index)
    }

    /// The store can't be reached: whom no limit holds needs nothing from it, the others wait for as long as they are
    /// patient.
    mutating func serveWithoutStore(_ reason: String, at now: Moment) -> [Answer] {
        var answers: [Answer] = []
        var remaining: [Waiter] = []
        for waiter in self.waiting {
            let isFree = !waiter.accounts.contains { self.accounts[$0].isHard }
            if isFree {
                let reservation = self.reserve(
                    waiter.amount, for: waiter.spender, waiter.purpose, on: waiter.accounts, at: now)
                answers.append(Answer(waiter: waiter, result: .success(reservation)))
            } else if now >= waiter.deadline {
                answers.append(Answer(waiter: waiter, result: .failure(LedgerRefusal.unavailable(reason))))
            } else {
                remaining.append(waiter)
            }
        }
        self.waiting = remaining
        return answers
    }

    /// Whether somebody has to be sent to ask for more.
    mutating func needsServant() -> Bool {
        guard !self.isServing, !self.refills.isEmpty else { return false }
        self.isServing = true
        return true
    }

    /// What the calls that wait need beyond what is there, and what runs low.
    mutating func asks(at now: Moment) -> [(place: Int, ask: ChunkAsk)] {
        var order: [Int] = []
        var needs: [Int: (least: Int64, wanted: Int64)] = [:]
        let refills = self.refills
        self.refills = [:]
        for waiter in self.waiting {
            for place in waiter.accounts {
                let units = waiter.amount.units(self.accounts[place].unit)
                if let known = needs[place] {
                    needs[place] = (min(known.least, units), known.wanted.saturatingSum(units))
                } else {
                    order.append(place)
                    needs[place] = (units, units)
                }
            }
        }
        let short = order.compactMap { place -> (place: Int, ask: ChunkAsk)? in
            let account = self.accounts[place]
            guard let need = needs[place], account.standing == nil || account.isHard && account.available < need.wanted
            else { return nil }
            return (place, Self.ask(account, least: need.least, wanted: need.wanted, at: now))
        }
        let low = refills.filter { place, _ in needs[place] == nil }.sorted { $0.key < $1.key }
        return short + low.map { ($0, Self.ask(self.accounts[$0], refilling: $1, at: now)) }
    }

    private static func ask(_ account: LocalAccount, refilling units: Int64, at now: Moment) -> ChunkAsk {
        var ask = Self.ask(account, least: 0, wanted: 0, at: now)
        ask.ready = account.readiness(for: units, at: now)
        return ask
    }

    private static func ask(_ account: LocalAccount, least: Int64, wanted: Int64, at now: Moment) -> ChunkAsk {
        let available = account.available
        let missing = max(0, wanted.saturatingDifference(available))
        return ChunkAsk(
            key: account.key, limit: account.budget.limit.units,
            enforcement: account.budget.enforcement, alertPercent: account.budget.alertPercent,
            least: max(0, least.saturatingDifference(available)), wanted: missing,
            ready: missing == 0 ? 0 : account.readiness(for: missing, at: now))
    }

    /// Opens what lines count in that are to be written and whose accounts the store doesn't know.
    func asksForUnopened(at now: Moment) -> [(place: Int, ask: ChunkAsk)] {
        Set(self.unopened.values.joined()).sorted().filter { self.accounts[$0].standing == nil }.map {
            ($0, Self.ask(self.accounts[$0], least: 0, wanted: 0, at: now))
        }
    }

    /// Takes what the store granted and serves those who wait, in their order. Grants of a lease that is over are nobody's.
    mutating func take(
        _ grants: [ChunkGrant], for places: [Int], of term: Int64, until valid: Moment, at now: Moment
    ) -> [Answer] {
        guard term == self.term else { return [] }
        self.validUntil = max(self.validUntil, valid)
        for (place, grant) in zip(places, grants) {
            self.accounts[place].granted(grant, at: now)
            self.placesByNumber[grant.standing.number] = place
        }
        let answers = self.serve(at: now, refusing: true)
        // What was leased for a call that another account refuses is for others.
        let granted = Set(zip(places, grants).lazy.filter { $1.units > 0 }.map { $0.0 })
        for case .failure in answers.map(\.result) where !granted.isEmpty {
            self.surplus.formUnion(granted)
            break
        }
        return answers
    }

    /// Admits those for whom there is enough now.
    ///
    /// - Parameter refusing: Whether the store has just said how much is left: then whoever can't be admitted any more is
    ///   refused, and those whose patience is over are.
    mutating func serve(at now: Moment, refusing: Bool) -> [Answer] {
        var answers: [Answer] = []
        var remaining: [Waiter] = []
        for waiter in self.waiting {
            if let short = self.shortage(of: waiter, at: now) {
                let refusal = self.refusal(of: self.accounts[short.place], needing: short.units)
                if refusing, case .exceeded = refusal {
                    self.closed[short.place] = now + Self.closedFor
                    answers.append(Answer(waiter: waiter, result: .failure(refusal)))
                } else if refusing, now >= waiter.deadline {
                    answers.append(Answer(waiter: waiter, result: .failure(refusal)))
                } else {
                    remaining.append(waiter)
                    // Too little for anybody here, as all who wait were looked at: another node may have a smaller call.
                    if self.accounts[short.place].available > 0 { self.surplus.insert(short.place) }
                }
            } else {
                let reservation = self.reserve(
                    waiter.amount, for: waiter.spender, waiter.purpose, on: waiter.accounts, at: now)
                self.noteScarcity(of: reservation)
                answers.append(Answer(waiter: waiter, result: .success(reservation)))
            }
        }
        self.waiting = remaining
        return answers
    }

    private func shortage(of waiter: Waiter, at now: Moment) -> (place: Int, units: Int64)? {
        for place in waiter.accounts {
            let account = self.accounts[place]
            let units = waiter.amount.units(account.unit)
            if !account.admits(units) || (account.isHard && now >= self.validUntil) { return (place, units) }
        }
        return nil
    }

    private mutating func noteScarcity(of reservation: Reservation) {
        for place in reservation.accounts {
            guard let standing = self.accounts[place].standing else { continue }
            let need = reservation.amount.units(standing.unit)
            self.accounts[place].isScarce = ChunkPolicy.isScarce(headroom: standing.headroom, need: need)
        }
    }
}
