import BelayCore
import BelayResilience

/// What a node knows of its accounts, and who waits for them. A value: it owns no clock, no lock and no store.
struct LedgerState {
    /// Accounts that are remembered; more are only while calls are under way in them, or were looked up in the last minute.
    static let maxAccounts = 50_000
    /// How long an account isn't forgotten that a call has looked up: it may be about to draw from it.
    private static let rememberedFor = Duration.seconds(60)
    /// Calls that may wait.
    static let maxWaiting = 10_000
    /// Lines that may wait to be written; with more, nothing is admitted.
    static let maxPending = 100_000
    /// How long an account that has nothing left isn't asked again.
    static let closedFor = Duration.seconds(1)

    typealias Waiting = CheckedContinuation<Reservation, any Error>

    /// A call that waits for what it needs.
    struct Waiter {
        var id: Int
        var amount: Amount
        var spender: Spender
        var purpose: Purpose
        var accounts: [Int]
        var deadline: Moment
        var continuation: Waiting
    }

    /// What a waiting call is to be told, once no lock is held.
    struct Answer {
        var waiter: Waiter
        var result: Result<Reservation, any Error>
    }

    private struct Name: Hashable {
        var budget: Int
        var tenant: String
        var subject: String
        var period: Timestamp
    }

    let budgets: [Budget]
    var accounts: [LocalAccount] = []
    private var places: [Name: Int] = [:]
    private var vacant: [Int] = []
    private var periods: PeriodStarts
    private var serial: Int64 = 0
    /// 0 without a lease.
    private(set) var term: Int64 = 0
    var validUntil = Moment.origin
    var waiting: [Waiter] = []
    var lastWaiter = 0
    /// Somebody serves those who wait.
    var isServing = false
    /// Accounts that run low, with what a call needs of them.
    var refills: [Int: Int64] = [:]
    var pending = LineQueue()
    /// Where lines count whose accounts the store didn't know when they were settled, by serial.
    var unopened: [Int64: [Int]] = [:]
    /// Lines that were taken, and those of them that are written; they only grow.
    private(set) var linesTaken: Int64 = 0
    var linesPosted: Int64 = 0
    var cached = CachedAnswers()
    /// What is being written; repeated as it is until the store says that it has it.
    var underWay: Post?
    var batches: Int64 = 0
    /// Places by the store's numbers.
    var placesByNumber: [Int64: Int] = [:]
    /// The last account that the store was asked about for the lease.
    var watchedLast = 0
    /// Accounts with something to be given back at once.
    var surplus: Set<Int> = []
    /// Attempts under way, by serial.
    private(set) var open: [Int64: Reservation] = [:]
    /// Until when an account that had too little isn't asked again.
    var closed: [Int: Moment] = [:]

    private let maxAccounts: Int

    init(budgets: [Budget], maxAccounts: Int = Self.maxAccounts) {
        self.budgets = budgets
        self.periods = PeriodStarts()
        self.maxAccounts = maxAccounts
    }

    /// Whether there is anything that a lease is needed for.
    var isBusy: Bool { !self.isAtRest || self.accounts.contains { !$0.isIdle } }

    private var isAtRest: Bool {
        self.open.isEmpty && self.pending.isEmpty && self.underWay == nil && self.waiting.isEmpty && !self.isServing
    }

    // MARK: Admission

    /// The accounts that a call of this spender counts in.
    mutating func accounts(of spender: Spender, at time: Timestamp, now: Moment) -> [Int] {
        if self.places.count >= self.maxAccounts, self.vacant.count < self.budgets.count { self.forgetIdle(at: now) }
        var found: [Int] = []
        found.reserveCapacity(self.budgets.count)
        for (index, budget) in self.budgets.enumerated() {
            guard let subject = budget.scope.subject(of: spender) else { continue }
            let name = Name(
                budget: index, tenant: subject.tenant, subject: subject.name,
                period: self.periods.start(of: budget.period, at: time))
            let place = self.places[name] ?? self.open(name, at: now)
            self.accounts[place].used = now
            found.append(place)
        }
        return found
    }

    private mutating func open(_ name: Name, at now: Moment) -> Int {
        let budget = self.budgets[name.budget]
        let account = LocalAccount(
            budget: budget,
            key: AccountKey(
                budget: budget.name, tenant: name.tenant, subject: name.subject, period: name.period,
                unit: budget.limit.unit),
            used: now)
        let place: Int
        if let free = self.vacant.popLast() {
            place = free
            self.accounts[place] = account
        } else {
            place = self.accounts.count
            self.accounts.append(account)
        }
        self.places[name] = place
        return place
    }

    private mutating func forgetIdle(at now: Moment) {
        let awaited = Set(self.waiting.flatMap(\.accounts)).union(self.unopened.values.joined())
        for (name, place) in self.places
        where self.accounts[place].isIdle && self.accounts[place].used + Self.rememberedFor <= now
            && !awaited.contains(place)
        {
            self.places[name] = nil
            self.closed[place] = nil
            if let number = self.accounts[place].standing?.number { self.placesByNumber[number] = nil }
            self.vacant.append(place)
        }
    }

    /// - Returns: Nil when the call has to wait for a lease.
    /// - Throws: When it is known that there is nothing left.
    mutating func admit(
        _ amount: Amount, for spender: Spender, _ purpose: Purpose, on accounts: [Int], at now: Moment
    ) throws(LedgerRefusal) -> Reservation? {
        guard self.pending.count < Self.maxPending else {
            throw .unavailable("\(self.pending.count) lines wait to be written")
        }
        // Without a lease nobody would reckon it up if this process died.
        guard self.term != 0 else { return nil }
        let holdsLease = now < self.validUntil
        for place in accounts {
            let units = amount.units(self.accounts[place].unit)
            if self.accounts[place].admits(units), holdsLease || !self.accounts[place].isHard { continue }
            let account = self.accounts[place]
            if let closed = self.closed[place], now < closed, self.isBeyond(units, account) {
                throw self.refusal(of: account, needing: units)
            }
            return nil
        }
        return self.reserve(amount, for: spender, purpose, on: accounts, at: now)
    }

    mutating func reserve(
        _ amount: Amount, for spender: Spender, _ purpose: Purpose, on accounts: [Int], at now: Moment
    ) -> Reservation {
        for place in accounts {
            let units = amount.units(self.accounts[place].unit)
            self.accounts[place].hold(units, at: now)
            if self.accounts[place].runsLow {
                self.accounts[place].isRefilling = true
                self.refills[place] = units
            }
        }
        self.serial += 1
        let reservation = Reservation(
            serial: self.serial, amount: amount, spender: spender, purpose: purpose, accounts: accounts, term: self.term
        )
        self.open[self.serial] = reservation
        return reservation
    }

    /// Whether what a reservation drew from is still this node's.
    func stillHolds(_ reservation: Reservation, at now: Moment) -> Bool {
        guard self.isHeldByLimit(reservation) else { return true }
        return reservation.term == self.term && now < self.validUntil
    }

    /// Whether a call can't be admitted any more in this period, whatever comes back.
    private func isBeyond(_ units: Int64, _ account: LocalAccount) -> Bool {
        // What takes nothing of it is no matter of it, however much was overdrawn.
        guard units > 0, account.isHard, let standing = account.standing else { return false }
        // What is being written may be in `settled` already.
        let unwritten =
            account.unposted - (self.placesByNumber[standing.number].flatMap { self.underWay?.spent[$0] } ?? 0)
        return standing.settled.saturatingSum(unwritten).saturatingSum(units) > standing.limit
    }

    func refusal(of account: LocalAccount, needing units: Int64) -> LedgerRefusal {
        let standing = account.standing
        let settled = (standing?.settled ?? 0).saturatingSum(account.unposted)
        let state = BudgetState(
            budget: account.budget.name, scope: account.budget.scope, subject: account.key.subject, unit: account.unit,
            limit: standing?.limit ?? account.budget.limit.units, settled: settled,
            reserved: max(0, (standing?.reserved ?? 0) - account.unposted), needed: units)
        guard self.isBeyond(units, account) else { return .reserved(state) }
        // What is more than all of it doesn't fit into the next period either.
        return .exceeded(
            state, resets: units > state.limit ? nil : account.budget.period.end(from: account.key.period))
    }

    func isHeldByLimit(_ reservation: Reservation) -> Bool {
        reservation.accounts.contains { self.accounts[$0].isHard }
    }

    // MARK: Settling

    /// - Parameter time: Of the line.
    /// - Returns: The line, which is written later; nil when the attempt isn't under way.
    mutating func settle(
        _ reservation: Reservation, _ amount: Amount, _ spending: Spending, at time: Timestamp
    ) -> LedgerRow? {
        guard let reservation = self.open.removeValue(forKey: reservation.serial) else { return nil }
        let isCurrent = reservation.term == self.term
        var numbers: [Int64] = []
        numbers.reserveCapacity(reservation.accounts.count)
        for place in reservation.accounts {
            let unit = self.accounts[place].unit
            self.accounts[place].settle(
                held: reservation.amount.units(unit), spent: amount.units(unit), isCurrent: isCurrent)
            if let number = self.accounts[place].number {
                numbers.append(number)
            } else {
                self.unopened[reservation.serial, default: []].append(place)
            }
            self.noteSurplus(place)
        }
        let row = LedgerRow(
            kind: .settle, serial: reservation.serial, time: time, accounts: numbers, amount: amount,
            spender: reservation.spender, purpose: reservation.purpose, spending: spending, term: reservation.term)
        self.pending.append(row)
        self.linesTaken += 1
        return row
    }

    /// Of an attempt that was never made.
    ///
    /// - Returns: Whether it was under way.
    mutating func cancel(_ reservation: Reservation) -> Bool {
        guard let reservation = self.open.removeValue(forKey: reservation.serial) else { return false }
        let isCurrent = reservation.term == self.term
        for place in reservation.accounts {
            let held = reservation.amount.units(self.accounts[place].unit)
            self.accounts[place].settle(held: held, spent: 0, isCurrent: isCurrent)
            self.noteSurplus(place)
        }
        return true
    }

    private mutating func noteSurplus(_ place: Int) {
        guard self.accounts[place].isScarce || self.accounts[place].isWanted else { return }
        if self.accounts[place].isHard { self.surplus.insert(place) }
    }

    // MARK: The lease

    /// What was admitted without a lease belongs to this one from now on.
    mutating func joined(term: Int64, until valid: Moment) {
        (self.term, self.validUntil) = (term, valid)
        for (serial, reservation) in self.open where reservation.term == 0 { self.open[serial]?.term = term }
        self.pending.adopt(by: term)
    }

    mutating func renewed(until valid: Moment, of term: Int64) {
        if term == self.term { self.validUntil = max(self.validUntil, valid) }
    }

    /// Others have reckoned this node up, or may: what it held is gone.
    ///
    /// - Returns: Whether it was the present lease.
    mutating func lapse(of term: Int64) -> Bool {
        guard term != 0, term == self.term else { return false }
        (self.term, self.validUntil, self.underWay, self.batches) = (0, .origin, nil, 0)
        for place in self.accounts.indices { self.accounts[place].lapse() }
        return true
    }

    /// Gives the lease up, unless something is under way or isn't written.
    ///
    /// - Returns: The term that the store is to be told.
    mutating func endLease() -> Int64? {
        let term = self.term
        return self.isAtRest && self.lapse(of: term) ? term : nil
    }
}
