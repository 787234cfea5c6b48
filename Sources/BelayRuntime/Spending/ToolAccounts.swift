import BelayCore
import BelayLedger
import BelayResilience

/// Where calls of tools that have a cost are accounted for; nowhere without a ledger.
final class ToolAccounts: Sendable {
    private let ledger = Locked<Ledger?>(nil)

    func use(_ ledger: Ledger?) { self.ledger.withLock { $0 = ledger } }

    /// Reserves the most that a call may cost, in all budgets that count its spender or in none.
    ///
    /// - Parameter patience: How long to wait for what calls under way may leave over.
    /// - Throws: `LedgerRefusal` or `CancellationError`; nothing is held then.
    func hold(_ cost: ToolCost, of tool: String, for spender: Spender, patience: Duration) async throws -> ToolHold {
        guard let ledger = self.ledger.withLock({ $0 }) else { return ToolHold(cost: cost) }
        let reservation = try await ledger.reserve(cost, of: tool, for: spender, patience: patience)
        return ToolHold(cost: cost, place: (ledger, reservation))
    }
}
