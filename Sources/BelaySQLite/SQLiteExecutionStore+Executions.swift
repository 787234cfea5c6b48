import BelayCore
import GRDB

extension SQLiteExecutionStore {
    public func start(_ new: NewExecution) async throws -> StartedExecution {
        try await self.write { try $0.start(new) }
    }

    public func append(_ transition: Transition) async throws -> [JournalEvent] {
        let execution = transition.lease.execution
        let encoded = try EncodedTransition(transition)
        let place = self.places.place(of: execution, at: transition.expectedSequence)
        let stored = try await withCheckedThrowingContinuation { continuation in
            self.writer.submit(StepWrite(encoded, at: place, clock: self.clock, continuation))
        }
        if transition.after == .keep {
            self.places.keep(stored.place, of: execution)
        } else {
            self.places.forget(execution)
        }
        return transition.journal(after: stored.earliest, now: stored.place.time)
    }

    public func signal(_ event: Event, to execution: ExecutionID) async throws -> JournalEvent {
        let encoded = try EncodedEvent(event)
        return try await self.write { try $0.signal(encoded, to: execution) }
    }

    public func journal(of execution: ExecutionID, after sequence: Int, limit: Int) async throws -> [JournalEvent] {
        try await self.read { db in
            let known = try db.cachedStatement(sql: "SELECT number, tenant FROM execution WHERE id = ?")
            guard let owner = try Row.fetchOne(known, arguments: [execution.rawValue]) else {
                throw StoreError.executionNotFound(execution)
            }
            let statement = try db.cachedStatement(
                sql: """
                    SELECT \(EventRow.columns(of: "event")) FROM event
                    WHERE execution = ? AND sequence > ? ORDER BY sequence LIMIT ?
                    """)
            let texts = ContentTexts(db: db, tenant: owner[1])
            return try Row.fetchAll(
                statement, arguments: [owner[0] as Int64, sequence, min(max(limit, 1), 10_000)]
            ).map { try EventRow($0).decoded(texts: texts) }
        }
    }

    public func head(of execution: ExecutionID) async throws -> ExecutionHead? {
        try await self.read { db in
            let statement = try db.cachedStatement(sql: "SELECT \(HeadRow.columns) FROM execution WHERE id = ?")
            return try Row.fetchOne(statement, arguments: [execution.rawValue]).map(HeadRow.head)
        }
    }

    public func heads(
        _ filter: ExecutionFilter, after cursor: BelayCore.Cursor?, limit: Int
    ) async throws -> Page<ExecutionHead> {
        var query = ListQuery(table: "execution", prefix: ExecutionID.prefix)
        query.require("tenant", filter.tenant)
        query.require("agent", filter.agent)
        query.require("user", filter.user)
        query.require("session", filter.session?.rawValue)
        query.require("state", oneOf: filter.states?.map(\.rawValue))
        if let states = filter.states, states.allSatisfy({ !$0.isTerminal }) { query.require("ended IS NULL") }
        try query.start(after: cursor)
        return try await self.page(
            query, selection: "SELECT \(HeadRow.columns) FROM execution", limit: limit,
            read: { row, _ in try HeadRow.head(row) },
            id: \.id.rawValue)
    }

    func page<Item: Sendable>(
        _ query: ListQuery, selection: String, limit: Int,
        read: @escaping @Sendable (Row, Database) throws -> Item, id: @escaping @Sendable (Item) -> String
    ) async throws -> Page<Item> {
        let limit = min(max(limit, 1), 1_000)
        return try await self.read { db in
            let statement = try db.cachedStatement(sql: "\(selection) \(query.suffix) LIMIT ?")
            // One more than asked for shows whether there is another page.
            let rows = try Row.fetchAll(statement, arguments: query.arguments + [limit + 1])
            let items = try rows.prefix(limit).map { try read($0, db) }
            return Page(
                items: items, next: rows.count > limit ? items.last.map { BelayCore.Cursor(last: id($0)) } : nil)
        }
    }
}
