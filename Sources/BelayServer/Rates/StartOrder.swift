/// In which order starts may be tried that open executions are in the way of: first come, first served, and nobody waits for
/// what only others have used up. Owns no clock, no lock and no task.
struct StartOrder: Sendable {
    /// One of those whom a rate counts.
    struct Subject: Sendable, Hashable {
        var rate: String
        var tenant: String
        var name: String
    }

    private struct Waiter: Sendable {
        var ticket: UInt64
        var subjects: Set<Subject>
        /// Whose executions were in the way when it was tried; nil before that.
        var obstacle: Subject?
    }

    private var line: [Waiter] = []
    private var lastTicket: UInt64 = 0

    /// Those that were refused once, or stand behind such a one.
    var waiting: Int { self.line.count { $0.obstacle != nil } }

    /// - Parameter subjects: Whom its rates count it for.
    mutating func join(_ subjects: Set<Subject>) -> UInt64 {
        self.lastTicket += 1
        self.line.append(Waiter(ticket: self.lastTicket, subjects: subjects))
        return self.lastTicket
    }

    mutating func leave(_ ticket: UInt64) { self.line.removeAll { $0.ticket == ticket } }

    /// It was tried, or would have been, and somebody's executions are in the way.
    mutating func wait(_ ticket: UInt64, for obstacle: Subject) {
        guard let index = self.line.firstIndex(where: { $0.ticket == ticket }) else {
            preconditionFailure("A start waits that has left the line.")
        }
        self.line[index].obstacle = obstacle
    }

    /// For whom somebody waits who came before; nil when it may be tried.
    func obstacle(to ticket: UInt64) -> Subject? {
        guard let own = self.line.first(where: { $0.ticket == ticket }) else { return nil }
        for waiter in self.line {
            if waiter.ticket == ticket { return nil }
            if let obstacle = waiter.obstacle, own.subjects.contains(obstacle) { return obstacle }
        }
        return nil
    }

    /// Who is in the way of it, as far as it knows; nil for one that was never refused.
    func obstacle(of ticket: UInt64) -> Subject? { self.line.first { $0.ticket == ticket }?.obstacle }

    /// Those that may be tried.
    var next: [UInt64] {
        var awaited: Set<Subject> = []
        var tickets: [UInt64] = []
        for waiter in self.line {
            if waiter.subjects.isDisjoint(with: awaited) { tickets.append(waiter.ticket) }
            if let obstacle = waiter.obstacle { awaited.insert(obstacle) }
        }
        return tickets
    }
}
