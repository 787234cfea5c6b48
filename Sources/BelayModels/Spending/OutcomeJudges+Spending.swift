import BelayCore
import BelayLedger

extension OutcomeJudges {
    /// Calls a tool on the account of whoever got the answer that it judges. A call that may have happened is billed as if
    /// it had.
    ///
    /// - Throws: `LedgerRefusal` when the call may cost more than budgets have left: it isn't made then; and what `call`
    ///   throws.
    func paying(
        for tool: Tool, by answer: SuccessFunction.Answer, _ call: () async throws -> String
    ) async throws -> String {
        guard let cost = tool.descriptor.cost, let ledger = self.gateway.accounts else { return try await call() }
        let spender = Spender(answer.caller, tenant: answer.tenant, task: SuccessFunction.judgesTask)
        let reservation = try await ledger.reserve(cost, of: tool.name, for: spender)
        do {
            let text = try await call()
            let bill = cost.bill(for: text)
            ledger.settle(reservation, bill, .answered)
            if let anomaly = bill.anomaly { self.gateway.report(.judgeCostAnomaly(tool: tool.name, anomaly)) }
            return text
        } catch {
            let cameToNothing = (error as? ToolFailure)?.mayHaveHappened == false
            ledger.settle(
                reservation, cameToNothing ? .nothing : cost.doubtful,
                error is CancellationError ? .cancelled : .failed)
            throw error
        }
    }
}
