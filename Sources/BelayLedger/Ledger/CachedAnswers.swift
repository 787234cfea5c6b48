import BelayCore

/// Answers from the cache that wait to be written, summed up: who asks for the same a thousand times a second makes one line
/// a second.
struct CachedAnswers {
    /// More of those who are told apart don't wait; while so many do, answers for others aren't noted. They cost nothing, so
    /// no budget misses them.
    private static let maxNames = 10_000

    private struct Name: Hashable {
        var spender: Spender
        var path: String
    }

    private struct Sum {
        var calls: Int
        var saved: Money
    }

    private var sums: [Name: Sum] = [:]

    /// How many lines were taken; it only grows.
    private(set) var taken = 0

    var isEmpty: Bool { self.sums.isEmpty }
    var count: Int { self.sums.count }

    mutating func add(_ spender: Spender, path: String, saved: Money) {
        let name = Name(spender: spender, path: path)
        guard self.sums[name] != nil || self.sums.count < Self.maxNames else { return }
        self.sums[name, default: Sum(calls: 0, saved: .zero)].calls += 1
        self.sums[name]?.saved += saved
    }

    /// Lines for what waits, which doesn't wait any more.
    mutating func take(atMost most: Int, term: Int64, at time: Timestamp) -> [LedgerRow] {
        let names = Array(self.sums.keys.prefix(max(0, most)))
        self.taken += names.count
        return names.compactMap { name in
            guard let sum = self.sums.removeValue(forKey: name) else { return nil }
            return LedgerRow(
                // 0 are the chunks of its term, which are looked for.
                kind: .cached, serial: -1, time: time, accounts: [], amount: .zero, spender: name.spender,
                purpose: Purpose(path: name.path, cause: .first),
                spending: Spending(end: .answered, cost: .known(.zero), saved: sum.saved), term: term, calls: sum.calls)
        }
    }
}
