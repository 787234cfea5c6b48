import BelayCore
import BelayJSON
import BelayRouting
import GRDB

extension SQLiteExecutionStore: OutcomeStore {
    public func keep(_ outcomes: [CallOutcome], by node: NodeID) async throws {
        guard !outcomes.isEmpty else { return }
        let rows = outcomes.map { OutcomeRow($0, node: node) }
        try await self.write { try OutcomeRow.keep(rows, in: $0) }
    }

    public func outcome(named id: String) async throws -> CallOutcome? {
        try await self.read { db in
            let statement = try db.cachedStatement(sql: "SELECT payload FROM outcome WHERE id = ?")
            return try String.fetchOne(statement, arguments: [id]).map(OutcomeRow.outcome)
        }
    }

    public func outcomes(
        _ filter: OutcomeFilter, before place: OutcomePlace?, limit: Int
    ) async throws -> [CallOutcome] {
        var query = OutcomeQuery(filter)
        if let place { query.require("(time, id) < (?, ?)", [place.time.milliseconds, place.id]) }
        let limit = min(max(limit, 1), 10_000)
        return try await self.read { [query] db in
            let statement = try db.cachedStatement(
                sql: "SELECT payload FROM outcome \(query.condition) ORDER BY time DESC, id DESC LIMIT ?")
            return try String.fetchAll(statement, arguments: query.arguments + [limit]).map(OutcomeRow.outcome)
        }
    }

    public func summary(_ filter: OutcomeFilter) async throws -> OutcomeSummary {
        let query = OutcomeQuery(filter)
        return try await self.read { db in
            let statement = try db.cachedStatement(
                sql: """
                    SELECT path, judgement, is_error, latency, cost FROM outcome \(query.condition)
                    ORDER BY time DESC, id DESC LIMIT ?
                    """)
            // One more than is looked at shows whether there are more.
            let rows = try Row.fetchCursor(statement, arguments: query.arguments + [OutcomeSummary.mostCalls + 1])
            var tally = OutcomeTally()
            var count = 0
            while let row = try rows.next() {
                count += 1
                guard count <= OutcomeSummary.mostCalls else { break }
                tally.add(
                    path: row[0], success: row[1], isError: row[2], latency: row[3],
                    cost: (row[4] as Int64?).map(Money.init(nanoDollars:)))
            }
            return tally.summary(isPartial: count > OutcomeSummary.mostCalls)
        }
    }

    public func lastOutcomeNumber() async throws -> Int64 {
        try await self.read { try Int64.fetchOne($0, sql: "SELECT max(number) FROM outcome") ?? 0 }
    }

    public func outcomes(after number: Int64, except node: NodeID, limit: Int) async throws -> WrittenOutcomes {
        let limit = min(max(limit, 1), 10_000)
        return try await self.read { db in
            let statement = try db.cachedStatement(
                sql: "SELECT number, node, payload FROM outcome WHERE number > ? ORDER BY number LIMIT ?")
            let rows = try Row.fetchAll(statement, arguments: [number, limit])
            let others = rows.filter { $0[1] as String != node.rawValue }
            return WrittenOutcomes(
                outcomes: try others.map { try OutcomeRow.outcome($0[2]) },
                last: rows.last.map { $0[0] as Int64 } ?? number)
        }
    }

    public func forgetOutcomes(before time: Timestamp, limit: Int) async throws -> Int {
        // Most looks find nothing: they don't bother the disk.
        let isAny = try await self.read { db in
            try Bool.fetchOne(
                db, sql: "SELECT EXISTS (SELECT 1 FROM outcome WHERE time < ?)", arguments: [time.milliseconds])
        }
        guard isAny == true else { return 0 }
        return try await self.write { transaction in
            try transaction.run(
                """
                DELETE FROM outcome WHERE number IN (
                    SELECT number FROM outcome WHERE time < ? ORDER BY time, id LIMIT ?)
                """, [time.milliseconds, limit])
            return transaction.db.changesCount
        }
    }
}
