import BelayCore
import BelayJSON

extension LedgerRow {
    /// For the log of draws, a newline at its end. Fields that are empty are left out.
    var drawLine: [UInt8] {
        var line = DrawLine()
        line.append("kind", self.kind.rawValue)
        line.append("serial", self.serial)
        line.append("term", self.term)
        line.append("time", self.time.milliseconds)
        line.append("accounts", self.accounts)
        line.append("money", self.amount.money.nanoDollars)
        line.append("tokens", self.amount.tokens)
        line.append("path", self.purpose.path)
        line.append("cause", self.purpose.cause.rawValue)
        self.spender.write(to: &line)
        self.spending.write(to: &line)
        line.end()
        return line.bytes
    }

    /// - Returns: Nil for what this program didn't write.
    init?(json: JSON) {
        guard let kind = json["kind"]?.stringValue.flatMap(Kind.init),
            let serial = json["serial"]?.intValue.map(Int64.init),
            let term = json["term"]?.intValue.map(Int64.init), let time = json["time"]?.intValue.map(Int64.init),
            let money = json["money"]?.intValue.map(Int64.init), let tokens = json["tokens"]?.intValue.map(Int64.init),
            let accounts = json["accounts"]?.arrayValue, let path = json["path"]?.stringValue,
            let cause = json["cause"]?.stringValue.flatMap(Spending.Cause.init),
            let tenant = json["tenant"]?.stringValue,
            let end = json["end"]?.stringValue.flatMap(Spending.End.init),
            let usage = Usage(
                buckets: json["usage"]?.arrayValue?.compactMap(\.intValue) ?? [], json["reported"]?.intValue)
        else { return nil }
        let amount = Amount(money: Money(nanoDollars: money), tokens: tokens)
        let cost = json["cost"]?.intValue.map { Money(nanoDollars: Int64($0)) }
        let isEstimate = json["estimate"] != nil
        self.init(
            kind: kind, serial: serial, time: Timestamp(milliseconds: time),
            accounts: accounts.compactMap { $0.intValue.map(Int64.init) },
            amount: amount,
            spender: Spender(
                tenant: tenant, user: json["user"]?.stringValue, customer: json["customer"]?.stringValue,
                session: json["session"]?.stringValue, agent: json["agent"]?.stringValue,
                version: json["version"]?.stringValue, task: json["task"]?.stringValue,
                execution: json["execution"]?.stringValue),
            purpose: Purpose(path: path, cause: cause),
            spending: Spending(
                end: end, usage: usage, cost: cost.map { isEstimate ? .estimated($0) : .known($0) } ?? .unknown,
                priceVersion: json["price"]?.stringValue,
                saved: Money(nanoDollars: json["saved"]?.intValue.map(Int64.init) ?? 0)), term: term)
    }
}

extension Spender {
    fileprivate func write(to line: inout DrawLine) {
        line.append("tenant", self.tenant)
        line.append("user", ifPresent: self.user)
        line.append("customer", ifPresent: self.customer)
        line.append("session", ifPresent: self.session)
        line.append("agent", ifPresent: self.agent)
        line.append("version", ifPresent: self.version)
        line.append("task", ifPresent: self.task)
        line.append("execution", ifPresent: self.execution)
    }
}

extension Spending {
    fileprivate func write(to line: inout DrawLine) {
        line.append("end", self.end.rawValue)
        line.append("usage", self.usage.buckets.lazy.map(Int64.init))
        if let reported = self.usage.reportedCost { line.append("reported", reported.nanoDollars) }
        if let cost = self.cost.amount { line.append("cost", cost.nanoDollars) }
        if case .estimated = self.cost { line.append("estimate", 1) }
        if self.saved != .zero { line.append("saved", self.saved.nanoDollars) }
        line.append("price", ifPresent: self.priceVersion)
    }
}

extension Usage {
    fileprivate var buckets: [Int] {
        [self.freshInput, self.cacheRead, self.cacheWrite, self.longCacheWrite, self.output, self.reasoning]
    }

    /// - Returns: Nil for another number of buckets.
    fileprivate init?(buckets: [Int], _ reported: Int?) {
        guard buckets.count == 6 else { return nil }
        self.init(
            freshInput: buckets[0], cacheRead: buckets[1], cacheWrite: buckets[2], output: buckets[4],
            reasoning: buckets[5], longCacheWrite: buckets[3],
            reportedCost: reported.map { Money(nanoDollars: Int64($0)) })
    }
}
