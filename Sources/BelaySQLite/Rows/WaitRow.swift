import BelayCore
import BelayJSON
import GRDB

/// Reads waits: the row, what was asked and what was answered, both from the journal.
enum WaitRow {
    static let selection = """
        SELECT wait.status, wait.opened, execution.id, execution.agent, execution.user, execution.tenant, \
        execution.customer, execution.role, \(EventRow.columns(of: "question")), \(EventRow.columns(of: "reply")) \
        FROM wait JOIN execution ON execution.number = wait.execution \
        JOIN event AS question ON question.execution = wait.execution AND question.sequence = wait.opened_sequence \
        LEFT JOIN event AS reply ON reply.execution = wait.execution AND reply.sequence = wait.answered_sequence
        """

    static func fetch(_ wait: WaitID, in db: Database) throws -> WaitRecord? {
        let statement = try db.cachedStatement(sql: "\(Self.selection) WHERE wait.id = ?")
        return try Row.fetchOne(statement, arguments: [wait.rawValue]).map { try Self.record($0, in: db) }
    }

    static func record(_ row: Row, in db: Database) throws -> WaitRecord {
        let statusName: String = row[0]
        let user = User(row[4], tenant: row[5], customer: row[6], role: row[7])
        let texts = ContentTexts(db: db, tenant: user.tenant)
        let question = try EventRow(row, at: 8).decoded(texts: texts)
        guard case .waitOpened(let wait) = question.event, let status = WaitRecord.Status(rawValue: statusName) else {
            throw StoreError.corrupt("a wait of \(row[2] as String) does not match event \(question.sequence)")
        }
        var record = WaitRecord(
            wait: wait, execution: ExecutionID(rawValue: row[2]), agent: row[3], user: user,
            opened: Timestamp(milliseconds: row[1]), status: status)
        let replyOffset = 8 + EventRow.columnCount
        guard row[replyOffset] as Int? != nil else { return record }
        let reply = try EventRow(row, at: replyOffset).decoded(texts: texts)
        guard case .waitAnswered(let answered) = reply.event else {
            throw StoreError.corrupt("the wait \(wait.id) does not match event \(reply.sequence)")
        }
        record.answer = answered.answer
        record.answeredBy = answered.by
        record.answeredAt = reply.time
        return record
    }
}
