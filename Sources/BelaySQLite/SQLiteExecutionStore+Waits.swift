import BelayCore
import BelayJSON
import GRDB

extension SQLiteExecutionStore {
    public func waits(
        _ filter: WaitFilter, after cursor: BelayCore.Cursor?, limit: Int
    ) async throws -> Page<WaitRecord> {
        var query = ListQuery(table: "wait", prefix: WaitID.prefix)
        query.require("tenant", filter.tenant)
        query.require("kind", oneOf: filter.kinds?.map(\.rawValue))
        if let status = filter.status { query.require("wait.status = '\(status.rawValue)'") }
        if let execution = filter.execution {
            query.require("wait.execution = (SELECT number FROM execution WHERE id = ?)", execution.rawValue)
        }
        try query.start(after: cursor)
        return try await self.page(
            query, selection: WaitRow.selection, limit: limit, read: WaitRow.record, id: \.wait.id.rawValue)
    }

    public func wait(_ id: WaitID) async throws -> WaitRecord? {
        try await self.read { try WaitRow.fetch(id, in: $0) }
    }

    public func answer(
        _ wait: WaitID, with answer: JSON, by: String, request: IdempotentRequest?
    ) async throws -> WaitRecord {
        let event = try EncodedEvent(.waitAnswered(Event.WaitAnswered(wait: wait, answer: answer, by: by)))
        return try await self.write { try $0.answer(wait, with: event, request: request) }
    }

    public func request(withKey key: String, tenant: String) async throws -> IdempotentRequest? {
        try await self.read { db in
            let statement = try db.cachedStatement(sql: StoreTransaction.digestSQL)
            return try String.fetchOne(statement, arguments: [tenant, key]).map {
                IdempotentRequest(key: key, digest: $0)
            }
        }
    }
}
