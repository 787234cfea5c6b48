import BelayCore
import GRDB

/// What can be written in one transaction, at one point in time.
///
/// Its functions may share the transaction with other callers' functions: they refuse, by throwing, before their first
/// write.
struct StoreTransaction {
    let db: Database
    let now: Timestamp

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
        init(_ id: ExecutionID, _ row: borrowing DirectStatement) {
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
        static let query = "SELECT \(Self.columns) FROM execution WHERE id = ?"
    }

    /// - Throws: `StoreError.executionNotFound`.
    func target(_ id: ExecutionID) throws -> Target {
        var statement = try DirectStatement(self.db, Target.query)
        try statement.bind(id.rawValue)
        guard try statement.step() else { throw StoreError.executionNotFound(id) }
        return Target(id, statement)
    }

    func run(_ sql: String, _ arguments: StatementArguments) throws {
        try self.db.cachedStatement(sql: sql).execute(arguments: arguments)
    }

    /// Writes the next lines of a journal, and the waits that they open and close.
    ///
    /// - Parameter times: When each happened; now if there are none.
    func insert(
        _ events: [EncodedEvent], at times: [Timestamp] = [], into target: Target, after sequence: Int
    ) throws -> [JournalEvent] {
        var statement = try DirectStatement(self.db, Self.insertSQL)
        let texts = ContentTexts(db: self.db, tenant: target.tenant)
        var stored: [JournalEvent] = []
        stored.reserveCapacity(events.count)
        for (offset, event) in events.enumerated() {
            let number = sequence + offset + 1
            let time = times.isEmpty ? self.now : times[offset]
            try texts.store(event.contents)
            try statement.bind(target.number)
            try statement.bind(number)
            try statement.bind(target.tenant)
            try statement.bind(time.milliseconds)
            try statement.bind(EncodedEvent.schemaVersion)
            try statement.bind(event.isExtracted)
            try statement.bind(event.payload)
            try statement.run()
            try self.updateWaits(by: event.event, sequence: number, of: target)
            stored.append(JournalEvent(sequence: number, time: time, event: event.event))
        }
        return stored
    }

    private static let insertSQL = """
        INSERT INTO event (execution, sequence, tenant, time, version, is_extracted, payload)
        VALUES (?, ?, ?, ?, ?, ?, ?)
        """
}
