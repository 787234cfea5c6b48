import BelayCore
import BelayLedger
import GRDB

/// Adds lines of the ledger up, a page of them at a time: what SQLite sorts by groups is in memory, and so bounded.
///
/// The expressions say what `LedgerRow.costSums` and `LedgerRow.costPresence` say.
struct LedgerCosts {
    /// Lines of a page.
    static let pageSize = 20_000
    private static let dayLength = 86_400_000

    private static let isAttempt = "(kind IN ('settle', 'lost') AND serial > 0)"
    private static let sums = """
        CASE kind WHEN 'cached' THEN NULL ELSE cause END AS reason,
        sum(CASE WHEN kind = 'cached' THEN calls ELSE \(Self.isAttempt) AND cause IN ('first', 'embedding') END),
        sum(\(Self.isAttempt)),
        sum(fresh_input), sum(cache_read), sum(cache_write), sum(long_cache_write), sum(output), sum(reasoning),
        sum(money),
        sum(CASE WHEN cost IS NULL OR is_estimate THEN money WHEN kind = 'correct' THEN money - cost ELSE 0 END),
        sum(CASE WHEN cost IS NULL AND kind <> 'correct' THEN money ELSE 0 END),
        sum(saved), min(time), max(time)
        """
    private static let presence = """
        tenant AS place, user AS person, time / \(Self.dayLength) AS date, session AS visit,
        CASE WHEN session IS NULL THEN execution END AS run,
        sum(CASE WHEN kind = 'cached' THEN calls ELSE \(Self.isAttempt) AND cause = 'first' END) AS count
        """

    /// The place of a line in the order of time.
    private struct Place {
        var time: Int64
        var number: Int64
    }

    private let db: Database
    private let query: CostQuery
    private let keys: String
    private let groups: String
    private let pageSize: Int
    private var tally: CostTally

    init(_ db: Database, _ query: CostQuery, pageSize: Int) {
        self.db = db
        self.query = query
        self.pageSize = pageSize
        self.keys = query.dimensions.enumerated().map { "\(Self.column($1)) AS key\($0), " }.joined()
        self.groups = query.dimensions.indices.map { "key\($0), " }.joined()
        self.tally = CostTally(query)
    }

    private static func column(_ dimension: CostDimension) -> String {
        switch dimension {
        case .agent, .version, .task, .customer, .user, .tenant: dimension.rawValue
        case .model: "nullif(path, '')"
        case .day: "time / \(Self.dayLength)"
        case .cause: "CASE kind WHEN 'cached' THEN '\(CostDimension.cachedAnswers)' ELSE cause END"
        }
    }

    /// - Throws: `TooManyCostGroups`, or what SQLite throws.
    mutating func report() throws -> CostReport {
        var start = Place(time: self.query.since?.milliseconds ?? .min, number: .min)
        let end = Place(time: self.query.until.map { $0.milliseconds - 1 } ?? .max, number: .max)
        while let next = try self.pageEnd(from: start, to: end) {
            try self.add(from: start, to: next)
            start = Place(time: next.time, number: next.number + 1)
        }
        try self.add(from: start, to: end)
        return self.tally.finished
    }

    /// The last line of a full page; nil when what is left is less than one.
    private func pageEnd(from start: Place, to end: Place) throws -> Place? {
        let statement = try self.db.cachedStatement(
            sql: """
                SELECT time, number FROM ledger_line
                WHERE time >= ?1 AND time <= ?3 AND (time, number) >= (?1, ?2) ORDER BY time, number
                LIMIT 1 OFFSET ?4
                """)
        let row = try Row.fetchOne(statement, arguments: [start.time, start.number, end.time, self.pageSize - 1])
        return row.map { Place(time: $0[0], number: $0[1]) }
    }

    private mutating func add(from start: Place, to end: Place) throws {
        var condition = "time >= ? AND time <= ? AND (time, number) >= (?, ?) AND (time, number) <= (?, ?)"
        var arguments: StatementArguments = [
            start.time, end.time, start.time, start.number, end.time, end.number,
        ]
        for (dimension, value) in self.query.conditions {
            condition += " AND \(Self.column(dimension)) = ?"
            arguments += [value]
        }
        // Not kept as statements: there are more questions than are worth it.
        let sums = try Row.fetchCursor(
            self.db,
            sql: """
                SELECT \(self.keys)\(Self.sums) FROM ledger_line INDEXED BY ledger_line_time
                WHERE \(condition) GROUP BY \(self.groups)reason
                """, arguments: arguments)
        while let row = try sums.next() { try self.addSums(row) }
        let presences = try Row.fetchCursor(
            self.db,
            sql: """
                SELECT \(self.keys)\(Self.presence) FROM ledger_line INDEXED BY ledger_line_time
                WHERE \(condition) GROUP BY \(self.groups)place, person, date, visit, run
                HAVING visit IS NOT NULL OR run IS NOT NULL OR count > 0
                """, arguments: arguments)
        while let row = try presences.next() { try self.addPresence(row) }
    }

    private mutating func addSums(_ row: Row) throws {
        let at = self.query.dimensions.count
        let reason = row[at] as String?
        let cause = reason.flatMap(Spending.Cause.init)
        if let reason, cause == nil { throw StoreError.corrupt("a line of the ledger has the cause \(reason)") }
        var sums = CostSums(cause: cause)
        (sums.requests, sums.attempts) = (row[at + 1], row[at + 2])
        sums.usage = Usage(
            freshInput: row[at + 3], cacheRead: row[at + 4], cacheWrite: row[at + 5], output: row[at + 7],
            reasoning: row[at + 8], longCacheWrite: row[at + 6])
        (sums.cost, sums.estimated) = (Money(nanoDollars: row[at + 9]), Money(nanoDollars: row[at + 10]))
        (sums.unpriced, sums.saved) = (Money(nanoDollars: row[at + 11]), Money(nanoDollars: row[at + 12]))
        try self.tally.add(
            sums, to: self.values(row), from: Timestamp(milliseconds: row[at + 13]),
            to: Timestamp(milliseconds: row[at + 14]))
    }

    private mutating func addPresence(_ row: Row) throws {
        let at = self.query.dimensions.count
        let presence = CostTally.Presence(
            tenant: row[at], user: row[at + 1], day: row[at + 2], session: row[at + 3], execution: row[at + 4],
            alone: row[at + 5])
        try self.tally.add(presence, to: self.values(row))
    }

    private func values(_ row: Row) -> [String?] {
        self.query.dimensions.enumerated().map { place, dimension in
            dimension == .day ? (row[place] as Int64?).map { CivilDay($0).description } : row[place]
        }
    }
}

extension SQLiteLedgerStore {
    public func costs(_ query: CostQuery) async throws -> CostReport {
        try await self.costs(query, pageSize: LedgerCosts.pageSize)
    }

    func costs(_ query: CostQuery, pageSize: Int) async throws -> CostReport {
        let found: Result<CostReport, TooManyCostGroups> = try await self.store.read { db in
            var costs = LedgerCosts(db, query, pageSize: pageSize)
            do { return .success(try costs.report()) } catch let error as TooManyCostGroups { return .failure(error) }
        }
        return try found.get()
    }
}
