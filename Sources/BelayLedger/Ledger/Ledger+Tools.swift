import BelayCore

extension Ledger {
    /// Reserves the most that a call of a tool may cost, in all budgets that count its spender or in none.
    ///
    /// - Parameter patience: How long to wait for what calls under way may leave over.
    /// - Throws: ``LedgerRefusal`` or `CancellationError`; nothing is reserved then.
    package func reserve(
        _ cost: ToolCost, of tool: String, for spender: Spender, patience: Duration = .seconds(2)
    ) async throws -> Reservation {
        try await self.reserve(
            Amount(money: cost.amount, tokens: 0), for: spender, Purpose(path: tool, cause: .tool), patience: patience)
    }

    /// Says what an attempt at a call of a tool has cost.
    package func settle(_ reservation: Reservation, _ bill: ToolBill, _ end: Spending.End) {
        self.noteCall(
            costing: bill.amount, before: .zero, for: reservation.spender, path: reservation.purpose.path)
        self.settle(reservation, Amount(money: bill.amount, tokens: 0), Spending(end: end, cost: bill.cost))
    }
}
