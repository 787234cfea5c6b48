import BelayCore
import GRDB

/// What can be written in one transaction, at one point in time.
///
/// Its functions may share the transaction with other callers' functions: they refuse, by throwing, before their first
/// write.
struct StoreTransaction {
    let batch: WriteBatch
    let now: Timestamp

    var db: Database { self.batch.db }

    init(_ batch: WriteBatch, now: Timestamp) {
        self.batch = batch
        self.now = now
    }

    /// The part of an execution's row that decides what may be written.
    struct Target {
        let number: Int64
        let id: ExecutionID
        let tenant: String
        let sequence: Int
        let isEnded: Bool
        let leaseNode: String?
        let leaseEpoch: Int
        let predecessor: Int64?
        let updated: Timestamp

        init(_ row: Row) {
            self.number = row[0]
            self.id = ExecutionID(rawValue: row[1])
            self.tenant = row[2]
            self.sequence = row[3]
            self.isEnded = row[4]
            self.leaseNode = row[5]
            self.leaseEpoch = row[6]
            self.predecessor = row[7]
            self.updated = Timestamp(milliseconds: row[8])
        }

        /// - Parameter row: Stands on the row.
        init(_ id: ExecutionID, _ row: DirectStatement) {
            self.number = row.int64(0)
            self.id = id
            self.tenant = row.text(2) ?? ""
            self.sequence = row.int(3)
            self.isEnded = row.int(4) != 0
            self.leaseNode = row.text(5)
            self.leaseEpoch = row.int(6)
            self.predecessor = row.optionalInt64(7)
            self.updated = Timestamp(milliseconds: row.int64(8))
        }

        static let columns =
            "number, id, tenant, sequence, ended IS NOT NULL, lease_node, lease_epoch, after_execution, updated"

        var place: JournalPlace {
            JournalPlace(number: self.number, tenant: self.tenant, sequence: self.sequence, time: self.updated)
        }
    }

    /// - Throws: `StoreError.executionNotFound`.
    func target(_ id: ExecutionID) throws -> Target {
        let statement = try self.batch.statement(.target)
        defer { statement.reset() }
        try statement.bind(id.rawValue)
        guard try statement.step() else { throw StoreError.executionNotFound(id) }
        return Target(id, statement)
    }

    func run(_ sql: String, _ arguments: StatementArguments) throws {
        try self.db.cachedStatement(sql: sql).execute(arguments: arguments)
    }

    /// Writes the next line of a journal, and the waits that it opens and closes.
    func insert(_ event: EncodedEvent, at time: Timestamp, sequence: Int, of place: JournalPlace) throws {
        if !event.contents.isEmpty { try ContentTexts(db: self.db, tenant: place.tenant).store(event.contents) }
        let statement = try self.batch.statement(.insert)
        try statement.bind(place.number)
        try statement.bind(sequence)
        try statement.bind(place.tenant)
        try statement.bind(time.milliseconds)
        try statement.bind(EncodedEvent.schemaVersion)
        try statement.bind(event.isExtracted)
        try statement.run(last: event.payload)
        if event.concernsWait { try self.updateWaits(by: event.event, sequence: sequence, of: place) }
    }
}
