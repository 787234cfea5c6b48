import BelayCore
import GRDB

/// The columns of `execution` that make a head.
enum HeadRow {
    /// In the order that `head(_:)` reads.
    static let columns = """
        execution.id, execution.agent, execution.version, execution.user, execution.tenant, execution.customer, \
        execution.role, execution.session, execution.state, execution.reason, execution.task, execution.steps, \
        execution.tool_calls, execution.fresh_input, execution.cache_read, execution.cache_write, execution.output, \
        execution.reasoning, execution.cost_nano_dollars, execution.has_unknown_cost, execution.started, \
        execution.updated, execution.ended, execution.sequence, execution.is_degraded
        """

    static func head(_ row: Row) throws -> ExecutionHead {
        let id: String = row[0]
        let stateName: String = row[8]
        guard let state = ExecutionState(rawValue: stateName) else {
            throw StoreError.corrupt("execution \(id) has the unknown state \(stateName)")
        }
        let reasonName: String? = row[9]
        let reason = reasonName.flatMap(TerminationReason.init(rawValue:))
        guard reasonName == nil || reason != nil else {
            throw StoreError.corrupt("execution \(id) has the unknown reason \(reasonName ?? "")")
        }
        let session: String? = row[7]
        return ExecutionHead(
            id: ExecutionID(rawValue: id), agent: row[1], version: row[2],
            user: User(row[3], tenant: row[4], customer: row[5], role: row[6]),
            session: session.map(SessionID.init(rawValue:)), state: state, reason: reason, task: row[10],
            steps: row[11], toolCalls: row[12],
            usage: Usage(
                freshInput: row[13], cacheRead: row[14], cacheWrite: row[15], output: row[16], reasoning: row[17]),
            cost: Money(nanoDollars: row[18]), hasUnknownCost: row[19], isDegraded: row[24],
            started: Timestamp(milliseconds: row[20]), updated: Timestamp(milliseconds: row[21]),
            ended: (row[22] as Int64?).map(Timestamp.init(milliseconds:)), sequence: row[23])
    }
}
