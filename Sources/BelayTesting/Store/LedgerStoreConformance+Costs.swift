import BelayCore
import BelayLedger
import BelayResilience

extension LedgerStoreConformance {
    static let costs: [Case] = [
        Case("lines are added up as they are meant") { bench in
            let term = try await bench.join()
            _ = try await bench.post(1, CostLines.known(term: term), term: term)
            let report = try await bench.store.costs(CostQuery(by: [.customer]))
            try Self.expect(report.groups.map(\.values), [["acme"], [nil], ["b"]], "who costs most first")
            let acme = report.groups[0].figures
            try Self.expect(acme.requests, 6, "two first attempts, an embedding, three answers of the cache")
            try Self.expect(acme.attempts, 4, "attempts")
            try Self.expect(acme.cachedAnswers, 3, "answers of the cache")
            try Self.expect(acme.sessions, 5, "a session, an execution, three calls that have neither")
            try Self.expect(acme.cost.nanoDollars, 1_000 + 500 + 70 + 40, "cost")
            try Self.expect(acme.estimated.nanoDollars, 500, "a lost attempt that was corrected is no estimate")
            try Self.expect(acme.unpriced.nanoDollars, 500, "of models without a price")
            try Self.expect(
                acme.share(.retry), CostFigures.Share(attempts: 1, cost: Money(nanoDollars: 500)), "retries")
            try Self.expect(acme.promptCacheSaved.nanoDollars, -7, "writing to a cache")
            try Self.expect(acme.answerCacheSaved.nanoDollars, 900, "answers of the cache")
            try Self.expect(acme.usage.freshInput, 12, "input")
            try Self.expect(acme.costPerThousandRequests?.nanoDollars, 268_333, "per 1,000 requests")
            try Self.expect(acme.costPerSession?.nanoDollars, 322, "per session")
            try Self.expect(report.total.sessions, 5, "a session of two customers is one")
            try Self.expect(report.total.cost.nanoDollars, 1_610 + 20 + 90, "all")
            try Self.expect(report.userDays, 2, "days of users")
            try Self.expect(report.userSessions, 2, "sessions of users by day")
        },
        Case("an empty ledger costs nothing, and nothing is divided") { bench in
            let report = try await bench.store.costs(CostQuery(by: CostDimension.allCases))
            try Self.expect(report.groups.count, 0, "groups")
            try Self.expect(report.total, CostFigures(), "the sum")
            try Self.check(report.total.costPerSession == nil, "a cost per session without any")
            try Self.check(report.first == nil && report.last == nil, "a time without lines")
        },
        Case("any lines are added up as one by one") { bench in
            let term = try await bench.join()
            for seed in UInt64(1)...3 {
                var random = SeededGenerator(seed: seed)
                let rows = (0..<300).map { _ in CostLines.random(term: term, using: &random) }
                _ = try await bench.post(Int64(seed), rows, term: term)
            }
            let rows = try await bench.store.rows(before: nil, limit: 10_000)
            var random = SeededGenerator(seed: 7)
            for _ in 0..<40 {
                let query = CostLines.query(using: &random)
                try Self.expect(try await bench.store.costs(query), try rows.costs(query), "\(query)")
            }
        },
        Case("a report has no more groups than it may have") { bench in
            let term = try await bench.join()
            let count = Int64(CostReport.mostGroups)
            for batch in 0...10 {
                let rows = (1...1_000).map { CostLines.line(Int64(batch * 1_000 + $0), 1, term: term) }
                let most = batch < 10 ? rows : Array(rows.prefix(1))
                let named = most.map { row in
                    var row = row
                    row.spender.customer = "c\(row.serial)"
                    return row
                }
                _ = try await bench.post(Int64(batch + 1), named, term: term)
            }
            do {
                _ = try await bench.store.costs(CostQuery(by: [.customer]))
                throw StoreConformance.Violation(description: "\(count + 1) groups were reported")
            } catch is TooManyCostGroups {}
            let other = try await bench.store.costs(CostQuery(by: [.tenant]))
            try Self.expect(other.total.attempts, CostReport.mostGroups + 1, "attempts")
        },
        Case("lines of answers from the cache outlive their node's term") { bench in
            let first = try await bench.join()
            bench.clock.advance(by: .seconds(11))
            _ = try await bench.store.reckonUp(LapsedNode(node: Bench.node, term: first), lost: nil)
            let second = try await bench.join()
            let late = CostLines.cached(2, saved: 10, term: first)
            _ = try await bench.post(1, [late], term: second)
            let report = try await bench.store.costs(CostQuery())
            try Self.expect(report.total.cachedAnswers, 2, "answers of the cache")
        },
    ]
}

/// Lines to be added up.
private enum CostLines {
    static let day = Int64(86_400_000)

    static func line(
        _ serial: Int64, _ money: Int64, _ cause: Spending.Cause = .first, kind: LedgerRow.Kind = .settle,
        cost: Cost? = nil, term: Int64
    ) -> LedgerRow {
        LedgerRow(
            kind: kind, serial: serial, time: Timestamp(milliseconds: Self.day * 100 + serial), accounts: [],
            amount: Amount(money: Money(nanoDollars: money), tokens: 3),
            spender: Spender(tenant: "t", customer: "acme"), purpose: Purpose(path: "one/m", cause: cause),
            spending: Spending(
                end: .answered, usage: Usage(freshInput: 3, output: 1), cost: cost ?? .known(Money(nanoDollars: money))),
            term: term)
    }

    static func cached(_ calls: Int, saved: Int64, term: Int64) -> LedgerRow {
        var row = Self.line(0, 0, kind: .cached, term: term)
        row.calls = calls
        row.spending.usage = .zero
        row.spending.saved = Money(nanoDollars: saved)
        return row
    }

    /// Of acme: a session, an execution whose first attempt was lost and turned up again, and three answers of the cache. Of
    /// b the same session. Of nobody what a dead node had leased.
    static func known(term: Int64) -> [LedgerRow] {
        var first = Self.line(1, 1_000, term: term)
        (first.spender.session, first.spender.user) = ("s", "ada")
        first.spending.saved = Money(nanoDollars: -7)
        var retry = Self.line(2, 500, .retry, cost: .unknown, term: term)
        (retry.spender.session, retry.spender.user) = ("s", "ada")
        var lost = Self.line(3, 300, kind: .lost, cost: .estimated(Money(nanoDollars: 300)), term: term)
        lost.spender.execution = "exe_1"
        lost.spending.usage = .zero
        var correct = Self.line(3, -230, kind: .correct, cost: .known(Money(nanoDollars: 70)), term: term)
        correct.spender.execution = "exe_1"
        var embedding = Self.line(4, 40, .embedding, term: term)
        embedding.time.milliseconds += Self.day
        var other = Self.line(5, 20, .fallback, term: term)
        other.spender = Spender(tenant: "t", user: "ada", customer: "b", session: "s")
        other.time.milliseconds += Self.day
        var chunk = Self.line(0, 90, kind: .lost, cost: .estimated(Money(nanoDollars: 90)), term: term)
        chunk.spender = Spender(tenant: "t")
        chunk.purpose.path = ""
        chunk.spending.usage = .zero
        return [first, retry, lost, correct, embedding, other, chunk, Self.cached(3, saved: 900, term: term)]
    }

    static func random(term: Int64, using random: inout SeededGenerator) -> LedgerRow {
        func pick(_ values: [String?]) -> String? { values.randomElement(using: &random) ?? nil }
        let kind = LedgerRow.Kind.allCases.randomElement(using: &random) ?? .settle
        let money = Int64.random(in: -1_000...1_000, using: &random)
        var row = Self.line(Int64.random(in: 0...3, using: &random), money, kind: kind, term: term)
        row.time.milliseconds += Int64.random(in: 0...(3 * Self.day), using: &random)
        row.spender = Spender(
            tenant: Bool.random(using: &random) ? "t" : "u", user: pick([nil, "ada", "bob"]),
            customer: pick([nil, "acme", "b"]), session: pick([nil, nil, "s", "r"]), agent: pick([nil, "x"]),
            version: pick([nil, "1", "2"]), task: pick(["a", "b"]), execution: pick([nil, "exe_1", "s"]))
        row.purpose = Purpose(
            path: pick(["", "one/m", "two/m"]) ?? "",
            cause: Spending.Cause.allCases.randomElement(using: &random) ?? .first)
        let cost = Money(nanoDollars: Int64.random(in: 0...1_000, using: &random))
        row.spending.cost = [.known(cost), .estimated(cost), .unknown].randomElement(using: &random) ?? .unknown
        row.spending.usage = Usage(
            freshInput: 1, cacheRead: Int.random(in: 0...9, using: &random), cacheWrite: 2, output: 3, reasoning: 4,
            longCacheWrite: 1, reportedCost: cost)
        row.spending.saved = Money(nanoDollars: Int64.random(in: -5...50, using: &random))
        row.calls = kind == .cached ? Int.random(in: 1...5, using: &random) : 1
        return row
    }

    static func query(using random: inout SeededGenerator) -> CostQuery {
        let start = Self.day * 100
        var query = CostQuery(
            by: Array(CostDimension.allCases.shuffled(using: &random).prefix(Int.random(in: 0...4, using: &random))))
        if Bool.random(using: &random) {
            query.since = Timestamp(milliseconds: start + Int64.random(in: 0...Self.day, using: &random))
        }
        if Bool.random(using: &random) {
            query.until = Timestamp(milliseconds: start + Int64.random(in: Self.day...(4 * Self.day), using: &random))
        }
        let values: [CostDimension: String] = [.tenant: "u", .customer: "acme", .model: "one/m", .user: "ada"]
        if let dimension = values.keys.sorted(by: { $0.rawValue < $1.rawValue }).randomElement(using: &random),
            Bool.random(using: &random)
        {
            query.filter[dimension] = values[dimension]
        }
        return query
    }
}
