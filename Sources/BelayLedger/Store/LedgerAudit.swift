import BelayCore

/// Adds the lines of a ledger up, and compares the sums with those that the accounts carry.
package struct LedgerAudit {
    private static let maxFaults = 100

    private var standings: [Int64: AccountStanding] = [:]
    private var settled: [Int64: Int64] = [:]
    private var leased: [Int64: Int64] = [:]
    private var faults: [String] = []

    package init() {}

    /// - Parameter settledBefore: By lines that are kept no more.
    package mutating func add(_ standing: AccountStanding, settledBefore: Int64 = 0) {
        self.standings[standing.number] = standing
        self.settled[standing.number, default: 0] += settledBefore
    }

    package mutating func addChunk(_ units: Int64, of number: Int64) { self.leased[number, default: 0] += units }

    /// Accounts are added before.
    package mutating func add(_ row: LedgerRow) {
        for number in row.accounts {
            guard let unit = self.standings[number]?.unit else {
                self.note("a line counts in account \(number), which there isn't")
                continue
            }
            self.settled[number, default: 0] += row.amount.units(unit)
        }
    }

    package mutating func verdict(rows: Int) -> LedgerVerdict {
        var reserved = Amount.zero
        for (number, standing) in self.standings.sorted(by: { $0.key < $1.key }) {
            let (settled, leased) = (self.settled[number] ?? 0, self.leased[number] ?? 0)
            reserved += BudgetLimit(standing.unit, units: leased).amount
            self.compare("settled", standing.settled, settled, of: standing)
            self.compare("reserved", standing.reserved, leased, of: standing)
        }
        return LedgerVerdict(accounts: self.standings.count, rows: rows, reserved: reserved, faults: self.faults)
    }

    private mutating func compare(_ what: String, _ carried: Int64, _ counted: Int64, of standing: AccountStanding) {
        guard carried != counted else { return }
        let (key, unit) = (standing.key, standing.unit)
        self.note(
            "account \(standing.number) (\(key.budget), \(key.tenant)/\(key.subject)) says \(unit.text(carried)) "
                + "\(what), its lines add up to \(unit.text(counted))")
    }

    private mutating func note(_ fault: String) {
        if self.faults.count < Self.maxFaults { self.faults.append(fault) }
    }
}

extension BudgetLimit {
    /// As an amount of which the other unit is zero.
    var amount: Amount {
        switch self {
        case .money(let money): Amount(money: money, tokens: 0)
        case .tokens(let tokens): Amount(money: .zero, tokens: tokens)
        }
    }
}
