import BelayCore
import BelayLedger
import GRDB

/// The line of the ledger as the table has it.
enum LedgerLine {
    private static let columns = """
        term, serial, node, kind, time, accounts, money, tokens, tenant, user, customer, session, agent, version, task, \
        execution, path, cause, end, fresh_input, cache_read, cache_write, long_cache_write, output, reasoning, \
        reported_cost, cost, is_estimate, price_version, saved, calls
        """

    static let insertion = """
        INSERT INTO ledger_line (\(Self.columns))
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """
    static let selection = "SELECT number, \(Self.columns) FROM ledger_line"

    static func insert(_ row: LedgerRow, of node: NodeID, by statement: DirectStatement) throws {
        try statement.bind(row.term)
        try statement.bind(row.serial)
        try statement.bind(node.rawValue)
        try statement.bind(row.kind.rawValue)
        try statement.bind(row.time.milliseconds)
        try statement.bind(row.accounts.map(String.init).joined(separator: ","))
        try statement.bind(row.amount.money.nanoDollars)
        try statement.bind(row.amount.tokens)
        let spender = row.spender
        let names = [
            spender.tenant, spender.user, spender.customer, spender.session, spender.agent, spender.version,
            spender.task, spender.execution, row.purpose.path, row.purpose.cause.rawValue, row.spending.end.rawValue,
        ]
        for name in names { try statement.bind(name) }
        let usage = row.spending.usage
        let buckets = [
            usage.freshInput, usage.cacheRead, usage.cacheWrite, usage.longCacheWrite, usage.output, usage.reasoning,
        ]
        for tokens in buckets { try statement.bind(tokens) }
        try statement.bind(usage.reportedCost?.nanoDollars)
        try statement.bind(row.spending.cost.amount?.nanoDollars)
        if case .estimated = row.spending.cost { try statement.bind(true) } else { try statement.bind(false) }
        try statement.bind(row.spending.priceVersion)
        try statement.bind(row.spending.saved.nanoDollars)
        try statement.bind(row.calls)
        try statement.run()
    }

    static func row(_ line: Row) throws -> NumberedRow {
        guard let kind = LedgerRow.Kind(rawValue: line["kind"]), let cause = Spending.Cause(rawValue: line["cause"]),
            let end = Spending.End(rawValue: line["end"])
        else { throw StoreError.corrupt("line \(line["number"] as Int64) of the ledger can't be read") }
        let accounts = (line["accounts"] as String).split(separator: ",").compactMap { Int64($0) }
        let row = LedgerRow(
            kind: kind, serial: line["serial"], time: Timestamp(milliseconds: line["time"]), accounts: accounts,
            amount: Amount(money: Money(nanoDollars: line["money"]), tokens: line["tokens"]),
            spender: Self.spender(line), purpose: Purpose(path: line["path"], cause: cause),
            spending: Spending(
                end: end, usage: Self.usage(line), cost: Self.cost(line), priceVersion: line["price_version"],
                saved: Money(nanoDollars: line["saved"])),
            term: line["term"], calls: line["calls"])
        return NumberedRow(number: line["number"], node: NodeID(rawValue: line["node"]), row: row)
    }

    private static func spender(_ line: Row) -> Spender {
        Spender(
            tenant: line["tenant"], user: line["user"], customer: line["customer"], session: line["session"],
            agent: line["agent"], version: line["version"], task: line["task"], execution: line["execution"])
    }

    private static func usage(_ line: Row) -> Usage {
        Usage(
            freshInput: line["fresh_input"], cacheRead: line["cache_read"], cacheWrite: line["cache_write"],
            output: line["output"], reasoning: line["reasoning"], longCacheWrite: line["long_cache_write"],
            reportedCost: (line["reported_cost"] as Int64?).map(Money.init(nanoDollars:)))
    }

    private static func cost(_ line: Row) -> Cost {
        guard let cost = (line["cost"] as Int64?).map(Money.init(nanoDollars:)) else { return .unknown }
        return line["is_estimate"] ? .estimated(cost) : .known(cost)
    }
}
