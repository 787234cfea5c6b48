import BelayCore

/// Makes a report of what a store adds up page by page. Bounded by the groups, and by the sessions that are told apart.
package struct CostTally {
    /// Who was there: lines of one session on one day, or of calls that have none.
    package struct Presence: Sendable, Hashable {
        package var tenant: String
        package var user: String?
        /// Days since 1970-01-01.
        package var day: Int64
        package var session: String?
        /// Where there is no session.
        package var execution: String?
        /// Calls that have neither.
        package var alone: Int

        package init(
            tenant: String, user: String?, day: Int64, session: String?, execution: String?, alone: Int
        ) {
            self.tenant = tenant
            self.user = user
            self.day = day
            self.session = session
            self.execution = session == nil ? execution : nil
            self.alone = session == nil && execution == nil ? alone : 0
        }
    }

    private var report: CostReport
    private var places: [[String?]: Int] = [:]
    /// Digests of 64 bits: of a million of them two are equal with a probability of 3 in 10^8.
    private var known: Set<Int> = []
    private var isFull = false

    package init(_ query: CostQuery) { self.report = CostReport(dimensions: query.dimensions) }

    package mutating func add(
        _ sums: CostSums, to values: [String?], from first: Timestamp, to last: Timestamp
    ) throws(TooManyCostGroups) {
        self.report.groups[try self.place(of: values)].figures.add(sums)
        self.report.total.add(sums)
        self.report.first = min(self.report.first ?? first, first)
        self.report.last = max(self.report.last ?? last, last)
    }

    package mutating func add(_ presence: Presence, to values: [String?]) throws(TooManyCostGroups) {
        let place = try self.place(of: values)
        let (inGroup, inAll) = (
            self.sessions(of: presence) { $0.combine(place) }, self.sessions(of: presence) { $0.combine("all") }
        )
        self.report.groups[place].figures.sessions? += inGroup
        self.report.total.sessions? += inAll
        // Executions that name nobody are not all of one user.
        guard let user = presence.user, user != User.anonymous else { return }
        let isNew = self.isNew { hasher in
            hasher.combine(presence.tenant)
            hasher.combine(user)
            hasher.combine(presence.day)
        }
        if isNew { self.report.userDays? += 1 }
        let onDay = self.sessions(of: presence) { hasher in
            hasher.combine(user)
            hasher.combine(presence.day)
        }
        self.report.userSessions? += onDay
    }

    /// How many sessions a presence adds within what `scope` names.
    private mutating func sessions(of presence: Presence, in scope: (inout Hasher) -> Void) -> Int {
        guard let name = presence.session ?? presence.execution else { return presence.alone }
        let isNew = self.isNew { hasher in
            scope(&hasher)
            hasher.combine(presence.session == nil)
            hasher.combine(presence.tenant)
            hasher.combine(name)
        }
        return isNew ? 1 : 0
    }

    private mutating func place(of values: [String?]) throws(TooManyCostGroups) -> Int {
        if let known = self.places[values] { return known }
        guard self.report.groups.count < CostReport.mostGroups else { throw TooManyCostGroups() }
        self.places[values] = self.report.groups.count
        self.report.groups.append(CostReport.Group(values: values, figures: CostFigures()))
        return self.report.groups.count - 1
    }

    private mutating func isNew(_ name: (inout Hasher) -> Void) -> Bool {
        var hasher = Hasher()
        name(&hasher)
        guard !self.isFull, self.known.insert(hasher.finalize()).inserted else { return false }
        self.isFull = self.known.count >= CostReport.mostSessions
        return true
    }

    package var finished: CostReport {
        var report = self.report
        report.groups.sort { left, right in
            (right.figures.cost, left.values.map { $0 ?? "" }.joined(separator: "\u{0}"))
                < (left.figures.cost, right.values.map { $0 ?? "" }.joined(separator: "\u{0}"))
        }
        guard self.isFull else { return report }
        (report.userDays, report.userSessions, report.total.sessions) = (nil, nil, nil)
        for index in report.groups.indices { report.groups[index].figures.sessions = nil }
        return report
    }
}
