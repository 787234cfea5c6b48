import BelayCore
import BelayLedger

extension Billing {
    /// What an attempt may cost at most: its input at the dearest price that it may have, and as much output as it may write.
    /// A model without a price is reckoned at the ceiling.
    ///
    /// - Parameter input: Tokens that it has at most.
    func most(input: Int, output: Int) -> Amount {
        let price = (self.price ?? .ceiling).dearest(forInput: input)
        let tokens = Int64(input).saturatingSum(Int64(output))
        return Amount(
            money: price.cost(of: Usage(freshInput: input, output: output)), tokens: tokens)
    }

    /// How much more the input would have cost if none of it had been read from the provider's cache or written to it;
    /// nothing where there is no price.
    func saved(byCaching usage: Usage) -> Money {
        guard let price, usage.cacheRead > 0 || usage.cacheWrite > 0 else { return .zero }
        var plain = usage
        (plain.freshInput, plain.cacheRead, plain.cacheWrite, plain.longCacheWrite) = (usage.totalInput, 0, 0, 0)
        return price.cost(of: plain) - price.cost(of: usage)
    }
}

extension Billing.Bill {
    /// What nobody bills.
    static let nothing = Billing.Bill(usage: .zero, cost: .known(.zero))

    /// What it counts for in the budgets. An unknown cost counts at the ceiling.
    var amount: Amount {
        Amount(money: self.cost.amount ?? Price.ceiling.cost(of: self.usage), tokens: Int64(self.usage.total))
    }
}

extension Price {
    /// One price for all input, and one for all output: of what may be read from or written to a cache nobody knows ahead.
    fileprivate func dearest(forInput tokens: Int) -> Price {
        if let long, tokens > long.above {
            return Price(
                input: max(long.freshInput, long.cacheRead, long.cacheWrite, long.longCacheWrite),
                output: max(long.output, long.reasoning))
        }
        return Price(
            input: max(self.freshInput, self.cacheRead, self.cacheWrite, self.longCacheWrite),
            output: max(self.output, self.reasoning))
    }
}
