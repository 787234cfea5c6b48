import BelayLedger

extension Runtime {
    /// Accounts for every call of a tool that has a cost from now on: what it may cost is reserved before it is sent, and
    /// one that doesn't fit isn't sent. ``Ledger/run()`` is the caller's. What models cost is the gateway's to account for.
    ///
    /// - Parameter ledger: Nil accounts for nothing; an execution's own limit of cost holds all the same.
    public func account(in ledger: Ledger?) { self.context.accounts.use(ledger) }
}
