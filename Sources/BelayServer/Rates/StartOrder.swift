import BelayResilience

/// In which order starts may be tried that open executions are in the way of. Each stands in the line of one of those whom it
/// counts for, and goes on to the next one that is in its way: nobody waits for what only others have used up. In a line
/// tenants take turns, and of a tenant whoever came first goes first. Owns no clock, no lock and no task.
struct StartOrder: Sendable {
    /// One of those whom a rate counts.
    struct Subject: Sendable, Hashable {
        var rate: String
        var tenant: String
        var name: String
    }

    private struct Waiter: Sendable {
        let tenant: String
        let subjects: [Subject]
        /// In whose line it stands.
        var obstacle: Subject
        /// Those in whose lines it has had its turn.
        var passed: Set<Subject> = []
    }

    private var waiters: [UInt64: Waiter] = [:]
    /// None is empty.
    private var lines: [Subject: TurnQueue] = [:]
    /// All of them.
    private var everybody = TurnQueue()
    private var lastTicket: UInt64 = 0

    var count: Int { self.waiters.count }

    /// In whose line one stands; nil when it waits no longer.
    func obstacle(of ticket: UInt64) -> Subject? { self.waiters[ticket]?.obstacle }

    /// For whom others wait whom a start has to stand behind that comes now; nil when it may be tried.
    ///
    /// - Parameter subjects: Whom its rates count it for.
    func obstacle(to subjects: [Subject]) -> Subject? { subjects.first { self.lines[$0] != nil } }

    /// Whose turn it is in a line.
    func next(in line: Subject) -> UInt64? { self.lines[line]?.next }

    /// Whose turn it is in each line of a rate.
    func next(under rate: String) -> [UInt64] { self.lines.filter { $0.key.rate == rate }.compactMap(\.value.next) }

    mutating func join(_ subjects: [Subject], of tenant: String, behind obstacle: Subject) -> UInt64 {
        self.lastTicket += 1
        self.waiters[self.lastTicket] = Waiter(tenant: tenant, subjects: subjects, obstacle: obstacle)
        self.everybody.append(self.lastTicket, of: tenant)
        self.lines[obstacle, default: TurnQueue()].append(self.lastTicket, of: tenant)
        return self.lastTicket
    }

    /// Who has to leave for one of `tenant`: the newest of the tenant that has most waiting. Nil when nobody gives way.
    mutating func makeRoom(for tenant: String) -> UInt64? { self.everybody.makeRoom(for: tenant) }

    /// Whether one may be tried. One whose turn it is goes on to the next line where it had none yet.
    mutating func isTurn(of ticket: UInt64) -> Bool {
        while let waiter = self.waiters[ticket], self.next(in: waiter.obstacle) == ticket {
            let passed = waiter.passed.union([waiter.obstacle])
            self.waiters[ticket]?.passed = passed
            let awaited = waiter.subjects.first { self.lines[$0] != nil && !passed.contains($0) }
            guard let awaited else { return true }
            self.move(ticket, to: awaited)
        }
        return false
    }

    /// Sends one to the line of those whose executions are in its way, to its place among those of its tenant.
    mutating func move(_ ticket: UInt64, to obstacle: Subject) {
        guard let waiter = self.waiters[ticket], waiter.obstacle != obstacle else { return }
        self.leave(waiter.obstacle, ticket, isTurn: false)
        self.waiters[ticket]?.obstacle = obstacle
        self.lines[obstacle, default: TurnQueue()].insert(ticket, of: waiter.tenant)
    }

    /// - Parameter hasStarted: Then its tenant has had its turn.
    mutating func leave(_ ticket: UInt64, hasStarted: Bool = false) {
        guard let waiter = self.waiters.removeValue(forKey: ticket) else { return }
        _ = self.everybody.remove(ticket)  // Who made room has left it already.
        self.leave(waiter.obstacle, ticket, isTurn: hasStarted)
    }

    private mutating func leave(_ line: Subject, _ ticket: UInt64, isTurn: Bool) {
        if isTurn, self.lines[line]?.next == ticket {
            _ = self.lines[line]?.removeNext()
        } else {
            _ = self.lines[line]?.remove(ticket)  // It is there as long as it waits.
        }
        if self.lines[line]?.count == 0 { self.lines[line] = nil }
    }
}

extension StartOrder.Subject {
    /// Nil for nobody.
    init?(of ask: RateAsk, under policy: RatePolicy) {
        guard let subject = ask.subject(of: policy.scope) else { return nil }
        self.init(rate: policy.name, tenant: subject.tenant, name: subject.name)
    }
}
