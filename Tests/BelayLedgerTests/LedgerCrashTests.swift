import BelayCore
import BelayJSON
import BelayTesting
import Foundation
import Testing

@testable import BelayLedger

/// Nodes that vanish, and nodes that come back when nobody counts on them any more.
@Suite(.timeLimit(.minutes(5)))
struct LedgerCrashTests {
    private let bench = LedgerBench()
    private static let dollar = LedgerBench.dollar

    private func withFolder(_ body: (String) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "draws-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        try await body(folder.path)
    }

    private func log(_ folder: String, _ node: String) throws -> DrawLog {
        try DrawLog(folder: folder, node: NodeID(rawValue: node))
    }

    @Test func whatADeadNodeHadUnderWayCountsAndTheRestComesBack() async throws {
        try await self.withFolder { folder in
            let dead = self.bench.ledger(node: "node_1", log: try self.log(folder, "node_1"))
            dead.settle(try await dead.reserve(Self.dollar / 10), Self.dollar / 20)
            #expect(await dead.flush())
            _ = try await dead.reserve(Self.dollar / 10)
            _ = try await dead.reserve(Self.dollar / 100)
            let other = self.bench.ledger(node: "node_2", log: try self.log(folder, "node_2"))
            await other.reckonUpOthers()
            #expect(try await other.standing()?.settled == Self.dollar / 20)
            self.bench.pass(.seconds(11))
            await other.reckonUpOthers()
            let standing = try #require(try await other.standing())
            #expect(standing.settled == Self.dollar / 20 + Self.dollar / 10 + Self.dollar / 100)
            #expect(standing.reserved == 0)
            #expect(try await other.store.verify().isSound)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == [])
        }
    }

    /// A call of a tool counts as those of models do, under its own cause and name.
    @Test func aToolThatADeadNodeHadCalledCountsForTheMostThatItMayCost() async throws {
        try await self.withFolder { folder in
            let dead = self.bench.ledger(node: "node_1", log: try self.log(folder, "node_1"))
            let purpose = Purpose(path: "search", cause: .tool)
            _ = try await dead.reserve(LedgerBench.amount(5_000_001), for: LedgerBench.spender(), purpose)
            self.bench.pass(.seconds(11))
            let other = self.bench.ledger(node: "node_2", log: try self.log(folder, "node_2"))
            await other.reckonUpOthers()
            let line = try #require(try await other.store.rows(before: nil, limit: 9).map(\.row).first)
            #expect(line.kind == .lost && line.purpose == purpose && line.amount == LedgerBench.amount(5_000_001))
            let share = try await other.store.costs(CostQuery()).total.share(.tool)
            #expect(share == CostFigures.Share(attempts: 1, cost: Money(nanoDollars: 5_000_001)))
            #expect(try await other.standing()?.settled == 5_000_001)
            #expect(try await other.store.verify().isSound)
        }
    }

    @Test func withoutALogAllThatWasLeasedCounts() async throws {
        let dead = self.bench.ledger(node: "node_1")
        _ = try await dead.reserve(Self.dollar / 100)
        let leased = try #require(try await dead.standing()).reserved
        let other = self.bench.ledger(node: "node_2")
        self.bench.pass(.seconds(11))
        await other.reckonUpOthers()
        let standing = try #require(try await other.standing())
        #expect(standing.settled == leased && standing.reserved == 0)
        #expect(try await other.store.verify().isSound)
    }

    @Test func aNodeThatComesBackCorrectsWhatOthersTookForLost() async throws {
        try await self.withFolder { folder in
            let slow = self.bench.ledger(node: "node_1", log: try self.log(folder, "node_1"))
            let reservation = try await slow.reserve(Self.dollar / 10)
            let other = self.bench.ledger(node: "node_2", log: try self.log(folder, "node_2"))
            self.bench.pass(.seconds(11))
            await other.reckonUpOthers()
            #expect(try await other.standing()?.settled == Self.dollar / 10)
            slow.settle(reservation, 1_000)
            #expect(await slow.flush())
            let standing = try #require(try await slow.standing())
            #expect(standing.settled == 1_000 && standing.reserved == 0)
            let kinds = try await slow.store.rows(before: nil, limit: 10).map(\.row.kind)
            #expect(kinds == [.correct, .lost])
            #expect(try await slow.store.verify().isSound)
        }
    }

    /// It must not draw from what others may have taken meanwhile.
    @Test func aNodeWhoseLeaseIsOverAsksAgain() async throws {
        let ledger = self.bench.ledger()
        ledger.settle(try await ledger.reserve(1_000), 1_000)
        #expect(await ledger.flush())
        let other = self.bench.ledger(node: "node_2")
        self.bench.pass(.seconds(11))
        await other.reckonUpOthers()
        _ = try await other.reserve(Self.dollar * 9 / 10)
        await #expect(throws: LedgerRefusal.self) { try await ledger.reserve(Self.dollar / 5) }
    }

    @Test func theLogForgetsWhatIsWritten() async throws {
        try await self.withFolder { folder in
            let ledger = self.bench.ledger(log: try self.log(folder, "node_1"))
            let kept = try await ledger.reserve(1_000)
            // One that waits until another one is over is remembered, too.
            let last = try await ledger.reserve(Self.dollar - 10_000)
            async let waiting = ledger.reserve(
                LedgerBench.amount(Self.dollar / 2), for: LedgerBench.spender(), LedgerBench.purpose,
                patience: .seconds(1))
            while ledger.state.withLock({ $0.waiting.isEmpty }), !Task.isCancelled { await Task.yield() }
            ledger.settle(last, 10)
            let waited = try await waiting
            for _ in 0..<12 {
                for _ in 0..<1_000 { ledger.settle(try await ledger.reserve(1_000), 10) }
                #expect(await ledger.flush())
            }
            _ = try await ledger.reserve(2_000)
            let draws = try #require(try ledger.log?.draws(of: LapsedNode(node: ledger.node, term: 1)))
            #expect(draws.contains { $0.serial == kept.serial })
            #expect(draws.contains { $0.serial == waited.serial })
            #expect(draws.count < 7_000)
        }
    }

    @Test func aLineOfTheLogIsReadAsItWasWritten() throws {
        let odd = "a\"b\\c\n\u{7}é😀\u{2028}"
        let row = LedgerRow(
            kind: .settle, serial: 7, time: Timestamp(milliseconds: -1), accounts: [1, .max],
            amount: LedgerBench.amount(.max, tokens: .min),
            spender: Spender(
                tenant: odd, user: odd, customer: odd, session: odd, agent: odd, version: "", task: odd, execution: odd),
            purpose: Purpose(path: odd, cause: .fallback),
            spending: Spending(
                end: .cancelled,
                usage: Usage(
                    freshInput: 1, cacheRead: 2, cacheWrite: 3, output: 4, reasoning: 5, longCacheWrite: 6,
                    reportedCost: Money(nanoDollars: 10)),
                cost: .estimated(Money(nanoDollars: 9)), priceVersion: odd), term: 3)
        let bare = LedgerRow(
            kind: .lost, serial: 0, time: Timestamp(milliseconds: 0), accounts: [], amount: .zero, spender: Spender(),
            purpose: Purpose(path: "", cause: .first), spending: Spending(end: .lost, cost: .unknown), term: 0)
        for row in [row, bare] {
            let line = row.drawLine
            #expect(line.last == UInt8(ascii: "\n") && line.dropLast().allSatisfy { $0 != UInt8(ascii: "\n") })
            #expect(LedgerRow(json: try JSON.parse(line)) == row)
        }
    }

    @Test func aLogOfAnEarlierStartOfTheMachineTellsNothing() async throws {
        try await self.withFolder { folder in
            let log = try self.log(folder, "node_1")
            try log.begin(term: 7) { [] }
            let other = URL(filePath: folder).appending(path: "node_2.7.draws")
            try Data(#"{"draws":1,"boot":"another"}"#.utf8).write(to: other)
            #expect(try log.draws(of: LapsedNode(node: NodeID(rawValue: "node_2"), term: 7)) == nil)
            #expect(try log.draws(of: LapsedNode(node: NodeID(rawValue: "node_1"), term: 6)) == nil)
            #expect(try log.draws(of: LapsedNode(node: NodeID(rawValue: "node_1"), term: 7)) == [])
        }
    }
}
