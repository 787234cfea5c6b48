import BelayCore
import BelayLedger

extension LedgerStoreConformance {
    static let leasing: [Case] = [
        Case("a chunk leaves others some, and covers what waits") { bench in
            let term = try await bench.join()
            let grants = try await bench.lease(Self.ask(1, ready: 64, limit: 1_600), term: term)
            try Self.expect(grants.map(\.units), [64], "what it would like to have")
            try Self.expect(grants[0].standing.reserved, 64, "reserved")
            let greedy = try await bench.lease(Self.ask(0, ready: 5_000, limit: 1_600), term: term)
            try Self.expect(greedy.map(\.units), [96], "a sixteenth of what is left")
            let more = try await bench.lease(Self.ask(10, wanted: 1_000, limit: 1_600), term: term)
            try Self.expect(more.map(\.units), [1_000], "what waits")
            let last = try await bench.lease(Self.ask(10, wanted: 1_000, limit: 1_600), term: term)
            try Self.expect(last.map(\.units), [440], "what is left")
            try Self.expect(try await bench.standing().headroom, 0, "headroom")
        },
        Case("nothing is leased when less is left than the smallest call needs") { bench in
            let term = try await bench.join()
            let first = try await bench.lease(Self.ask(900), term: term)
            let second = try await bench.lease(Self.ask(101), term: term)
            try Self.expect(first[0].units, 900, "the first chunk")
            try Self.expect(second[0].units, 0, "the second chunk")
            try Self.expect(second[0].standing.headroom, 100, "headroom")
            let posted = try await bench.post(1, watched: [first[0].standing.number], term: term)
            try Self.expect(posted.watched.map(\.isWanted), [true], "wanted")
            try Self.expect(posted.watched.map(\.chunk), [900], "the node's chunk")
        },
        Case("accounts are asked for together") { bench in
            let term = try await bench.join()
            let grants = try await bench.lease(
                Self.ask(5, limit: 5), Self.ask(7, limit: 7, unit: .tokens, budget: "c"), term: term)
            try Self.expect(grants.map(\.units), [5, 7], "chunks")
            try Self.expect(grants.map(\.standing.unit), [.money, .tokens], "units")
            try Self.check(grants[0].standing.number != grants[1].standing.number, "one number for two accounts")
        },
        Case("of a soft account nothing is leased") { bench in
            let term = try await bench.join()
            let grants = try await bench.lease(Self.ask(5_000, enforcement: .soft), term: term)
            try Self.expect(grants[0].units, 0, "chunk")
            try Self.expect(grants[0].standing.reserved, 0, "reserved")
        },
        Case("a node without a lease gets nothing") { bench in
            let term = try await bench.join()
            try await Self.expectLapse("an ask") { _ = try await bench.lease(Self.ask(1), term: term + 1) }
            try await Self.expectLapse("an ask") {
                _ = try await bench.lease(Self.ask(1), to: Bench.other, term: term)
            }
            try await Self.expectLapse("a line") { _ = try await bench.post(1, term: term + 1) }
            try Self.expect(try await bench.store.standings(AccountFilter(), limit: 10).count, 0, "accounts")
        },
    ]

    static let posting: [Case] = [
        Case("a line settles and takes its chunk back") { bench in
            let term = try await bench.join()
            let number = try await bench.lease(Self.ask(500), term: term)[0].standing.number
            _ = try await bench.post(1, [Self.row(1, 200, in: [number], term: term)], term: term)
            let standing = try await bench.standing()
            try Self.expect([standing.settled, standing.reserved], [200, 300], "settled and reserved")
        },
        Case("lines keep everything") { bench in
            let term = try await bench.join()
            let number = try await bench.lease(Self.ask(500), term: term)[0].standing.number
            let rows = (1...3).map { Self.row($0, $0, tokens: $0 * 2, in: [number], term: term) }
            _ = try await bench.post(1, rows, term: term)
            let found = try await bench.store.rows(before: nil, limit: 10)
            try Self.expect(found.map(\.row), rows.reversed(), "lines from new to old")
            try Self.expect(found.map(\.node), [Bench.node, Bench.node, Bench.node], "their nodes")
            let older = try await bench.store.rows(before: found[1].number, limit: 10)
            try Self.expect(older.map(\.row), [rows[0]], "older lines")
        },
        Case("a batch that comes twice is written once") { bench in
            let term = try await bench.join()
            let number = try await bench.lease(Self.ask(500), term: term)[0].standing.number
            let row = Self.row(1, 200, in: [number], term: term)
            for _ in 0..<2 { _ = try await bench.post(1, [row], returns: [number: 100], term: term) }
            let standing = try await bench.standing()
            try Self.expect([standing.settled, standing.reserved], [200, 200], "settled and reserved")
            try Self.expect(try await bench.store.rows(before: nil, limit: 10).count, 1, "lines")
        },
        Case("each account counts in its own unit") { bench in
            let term = try await bench.join()
            let numbers = try await bench.lease(
                Self.ask(500), Self.ask(60, unit: .tokens, budget: "c"), term: term
            ).map(\.standing.number)
            _ = try await bench.post(1, [Self.row(1, 200, tokens: 33, in: numbers, term: term)], term: term)
            try Self.expect(try await bench.standing("b").settled, 200, "money")
            try Self.expect(try await bench.standing("c").settled, 33, "tokens")
        },
        Case("more than was leased counts all the same") { bench in
            let term = try await bench.join()
            let number = try await bench.lease(Self.ask(600), term: term)[0].standing.number
            _ = try await bench.post(1, [Self.row(1, 1_700, in: [number], term: term)], term: term)
            let standing = try await bench.standing()
            try Self.expect([standing.settled, standing.reserved, standing.headroom], [1_700, 0, 0], "sums")
        },
        Case("the alert comes once") { bench in
            let term = try await bench.join()
            let number = try await bench.lease(Self.ask(1_000), term: term)[0].standing.number
            var alerts: [Int] = []
            for (serial, units) in [(Int64(1), Int64(799)), (2, 1), (3, 1)] {
                let row = Self.row(serial, units, in: [number], term: term)
                alerts.append(try await bench.post(serial, [row], term: term).alerts.count)
            }
            try Self.expect(alerts, [0, 1, 0], "alerts")
        },
    ]

    static let leaving: [Case] = [
        Case("a node that leaves gives everything back") { bench in
            let term = try await bench.join()
            _ = try await bench.lease(Self.ask(600), term: term)
            try await bench.store.leave(Bench.node, term: term)
            try Self.expect(try await bench.standing().reserved, 0, "reserved")
            try await Self.expectLapse("a line") { _ = try await bench.post(1, term: term) }
        },
        Case("a node is reckoned up after its lease, not before, and once") { bench in
            let term = try await bench.join()
            let number = try await bench.lease(Self.ask(600), term: term)[0].standing.number
            let node = LapsedNode(node: Bench.node, term: term)
            let lost = [Self.row(7, 100, in: [number], kind: .lost, term: term)]
            try Self.expect(try await bench.store.lapsedNodes(), [], "lapsed nodes")
            try Self.expect(try await bench.store.reckonUp(node, lost: lost), nil, "too early")
            bench.clock.advance(by: Bench.lease)
            try Self.expect(try await bench.store.lapsedNodes(), [node], "lapsed nodes")
            try Self.expect(try await bench.store.reckonUp(node, lost: lost), lost, "in time")
            try Self.expect(try await bench.store.reckonUp(node, lost: lost), nil, "again")
            let standing = try await bench.standing()
            try Self.expect([standing.settled, standing.reserved], [100, 0], "settled and reserved")
        },
        Case("what a node has written isn't lost") { bench in
            let term = try await bench.join()
            let number = try await bench.lease(Self.ask(600), term: term)[0].standing.number
            _ = try await bench.post(1, [Self.row(1, 40, in: [number], term: term)], term: term)
            bench.clock.advance(by: Bench.lease)
            let lost = (1...2).map { Self.row($0, 100, in: [number], kind: .lost, term: term) }
            let written = try await bench.store.reckonUp(LapsedNode(node: Bench.node, term: term), lost: lost)
            try Self.expect(written, [lost[1]], "written")
            try Self.expect(try await bench.standing().settled, 140, "settled")
        },
        Case("what nobody can tell counts as spent") { bench in
            let term = try await bench.join()
            _ = try await bench.lease(Self.ask(600), term: term)
            bench.clock.advance(by: Bench.lease)
            _ = try await bench.store.reckonUp(LapsedNode(node: Bench.node, term: term), lost: nil)
            let standing = try await bench.standing()
            try Self.expect([standing.settled, standing.reserved], [600, 0], "settled and reserved")
        },
        Case("a line that comes late corrects, once") { bench in
            let term = try await bench.join()
            let number = try await bench.lease(Self.ask(600), term: term)[0].standing.number
            bench.clock.advance(by: Bench.lease)
            let lost = [Self.row(1, 100, in: [number], kind: .lost, term: term)]
            _ = try await bench.store.reckonUp(LapsedNode(node: Bench.node, term: term), lost: lost)
            let next = try await bench.join()
            try Self.check(next > term, "a term that isn't larger than the one before")
            let late = Self.row(1, 30, in: [number], term: term)
            for batch in 1...2 { _ = try await bench.post(Int64(batch), [late], term: next) }
            let standing = try await bench.standing()
            try Self.expect([standing.settled, standing.reserved], [30, 0], "settled and reserved")
        },
        Case("a line that comes late and that nobody knew of is written, once") { bench in
            let term = try await bench.join()
            let number = try await bench.lease(Self.ask(600), term: term)[0].standing.number
            bench.clock.advance(by: Bench.lease)
            _ = try await bench.store.reckonUp(LapsedNode(node: Bench.node, term: term), lost: [])
            let next = try await bench.join()
            let late = Self.row(1, 30, in: [number], term: term)
            for batch in 1...2 { _ = try await bench.post(Int64(batch), [late], term: next) }
            try Self.expect(try await bench.standing().settled, 30, "settled")
        },
        Case("a line that comes late doesn't count again where the whole chunk was counted") { bench in
            let term = try await bench.join()
            let hard = try await bench.lease(Self.ask(600), term: term)[0].standing.number
            let soft = try await bench.lease(Self.ask(0, budget: "s", enforcement: .soft), term: term)[0].standing
                .number
            bench.clock.advance(by: Bench.lease)
            _ = try await bench.store.reckonUp(LapsedNode(node: Bench.node, term: term), lost: nil)
            let next = try await bench.join()
            _ = try await bench.post(1, [Self.row(1, 30, in: [hard, soft], term: term)], term: next)
            try Self.expect(try await bench.standing().settled, 600, "settled where the chunk was counted")
            try Self.expect(try await bench.standing("s").settled, 30, "settled elsewhere")
        },
        Case("a budget that counts something else begins at nothing") { bench in
            let term = try await bench.join()
            let tokens = try await bench.lease(Self.ask(600, unit: .tokens), term: term)[0].standing
            let money = try await bench.lease(Self.ask(600, unit: .money), term: term)[0].standing
            try Self.check(tokens.number != money.number, "one account for dollars and tokens")
            try Self.expect([tokens.reserved, money.reserved], [600, 600], "reserved")
        },
    ]

    static let limits: [Case] = [
        Case("an override holds until it expires, the subject's own before that for all") { bench in
            let term = try await bench.join()
            _ = try await bench.lease(Self.ask(1), term: term)
            try await bench.store.add(Self.override(subject: nil, units: 5_000, at: bench.clock.now))
            try Self.expect(try await bench.standing().limit, 5_000, "for all")
            let expiry = bench.clock.now.advanced(by: .seconds(60))
            try await bench.store.add(
                Self.override(subject: "acme", units: 7_000, expires: expiry, at: bench.clock.now))
            try Self.expect(try await bench.standing().limit, 7_000, "the subject's own")
            let grant = try await bench.lease(Self.ask(6_000), term: term)[0]
            try Self.expect([grant.units, grant.standing.limit], [6_000, 7_000], "the chunk and the limit")
            bench.clock.advance(by: .seconds(60))
            try Self.expect(try await bench.standing().limit, 5_000, "after its expiry")
            try await bench.store.add(Self.override(subject: nil, units: 4_000, at: bench.clock.now))
            try Self.expect(try await bench.standing().limit, 4_000, "the latest")
            try Self.expect(
                try await bench.store.overrides(tenant: "t", limit: 2).map(\.units), [4_000, 7_000], "list")
            try Self.expect(try await bench.store.overrides(tenant: "u", limit: 2).count, 0, "of another tenant")
        },
        Case("a limit below what is spent admits nothing, and says how it stands") { bench in
            let term = try await bench.join()
            let number = try await bench.lease(Self.ask(600), term: term)[0].standing.number
            _ = try await bench.post(1, [Self.row(1, 600, in: [number], term: term)], term: term)
            try await bench.store.add(Self.override(subject: "acme", units: 100, at: bench.clock.now))
            let grant = try await bench.lease(Self.ask(1), term: term)[0]
            try Self.expect(grant.units, 0, "chunk")
            try Self.expect(
                [grant.standing.limit, grant.standing.settled, grant.standing.headroom], [100, 600, 0], "sums")
        },
        Case("accounts are found by what they are for") { bench in
            let term = try await bench.join()
            _ = try await bench.lease(Self.ask(1), Self.ask(1, budget: "c"), term: term)
            let store = bench.store
            try Self.expect(try await store.standings(AccountFilter(subject: "acme"), limit: 9).count, 2, "by subject")
            try Self.expect(try await store.standings(AccountFilter(budget: "c"), limit: 9).count, 1, "by budget")
            try Self.expect(try await store.standings(AccountFilter(tenant: "u"), limit: 9).count, 0, "by tenant")
            try Self.expect(try await store.standings(AccountFilter(), limit: 1).count, 1, "no more than asked for")
            let later = AccountFilter(since: Timestamp(milliseconds: 86_400_001))
            try Self.expect(try await store.standings(later, limit: 9).count, 0, "of later periods")
        },
    ]

    private static func override(
        subject: String?, units: Int64?, expires: Timestamp? = nil, at now: Timestamp
    ) -> BudgetOverride {
        BudgetOverride(
            budget: "b", tenant: "t", subject: subject, units: units, unit: .money, expires: expires, author: "grace",
            reason: "a fair", created: now)
    }
}
