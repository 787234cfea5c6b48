import BelayCore
import BelayLedger

extension Gateway {
    /// Accounts for every attempt from now on: what it may cost is reserved before it is sent, and one that doesn't fit
    /// isn't sent. ``Ledger/run()`` is the caller's.
    ///
    /// - Parameter ledger: Nil accounts for nothing.
    public func account(in ledger: Ledger?) { self.ledger.withLock { $0 = ledger } }

    /// What attempts are accounted in; nil for nothing.
    public var accounts: Ledger? { self.ledger.withLock { $0 } }

    func account(of call: ModelCall) -> CallAccount {
        CallAccount(
            ledger: self.accounts,
            spender: Spender(call.caller, tenant: call.tenant, task: call.task ?? call.route), purpose: call.purpose,
            allowance: call.allowance)
    }

    /// Notes what the cache has spared, if it answered a call. One that stands in for want of an answer spared nothing.
    func noteSaving(by result: ModelCallResult, of call: ModelCall) {
        guard let ledger = self.accounts, let use = result.cache, use != .miss, use != .stale else { return }
        var answer = result.answer
        answer.usage = result.spared
        let cost = self.billing(of: result.path).bill(for: answer, to: call.request).cost
        let spender = Spender(call.caller, tenant: call.tenant, task: call.task ?? call.route)
        ledger.noteCachedAnswer(for: spender, path: "\(result.path)", saved: cost.amount ?? .zero)
    }

    /// What an attempt at an answer may cost at most.
    func most(of request: ModelRequest, on path: ModelPath, by lane: ProviderLane) -> Amount {
        let capabilities = lane.capabilities.of(path.model)
        let bound = request.maxOutputTokens ?? capabilities.defaultMaxOutputTokens ?? self.options.unboundedOutput
        return self.billing(of: path).most(
            input: RequestTokens(model: path.model).input(of: request).most,
            output: min(bound, capabilities.maxOutputTokens ?? bound))
    }
}
