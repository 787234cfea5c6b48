import BelayCore
import BelayJSON
import Foundation
import Testing

@testable import BelayModels

/// What calls cost, to the nano-dollar, against `costs.md`: over HTTP, through each vendor's protocol.
@Suite(.timeLimit(.minutes(5)))
struct CostFixtureTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var vendor: VendorReplies.Vendor
        var model: String
        var name: String
        var usage: JSON
        /// Tokens and their price.
        var lines: [(tokens: Int64, price: Int64)]
        var total: Int64
        var isEstimate: Bool

        var testDescription: String { "\(self.vendor.rawValue) \(self.model), \(self.name)" }

        /// - Parameter cells: Of a row of the table.
        init(_ cells: [String]) throws {
            self.vendor = try #require(VendorReplies.Vendor(rawValue: cells[0]), "\(cells[0])")
            (self.model, self.name) = (cells[1], cells[2])
            self.usage = try JSON.parse(cells[3].trimmingCharacters(in: ["`"]))
            self.lines = try cells[4].split(separator: "+").map { line in
                let factors = try line.split(separator: "×").map {
                    try #require(Int64($0.trimmingCharacters(in: .whitespaces)))
                }
                return (factors[0], factors[1])
            }
            self.total = try #require(Int64(cells[5]))
            self.isEstimate = cells[6] == "estimate"
        }

        var cost: Cost {
            let money = Money(nanoDollars: self.total)
            return self.isEstimate ? .estimated(money) : .known(money)
        }
    }

    static let rows: [Row] = {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "costs.md")
        // A table that can't be read leaves nothing to test, which `theTableIsWhole` finds out.
        guard let text = try? String(contentsOf: file, encoding: .utf8) else { return [] }
        let calls = text.components(separatedBy: "## Calls").last ?? ""
        return calls.split(separator: "\n").filter { $0.hasPrefix("| ") }.dropFirst(2).compactMap { line in
            try? Row(line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) })
        }
    }()

    @Test func theTableIsWhole() {
        #expect(Self.rows.count == 35)
        #expect(Set(Self.rows.map(\.vendor)) == Set(VendorReplies.Vendor.allCases))
        for row in Self.rows {
            #expect(row.lines.reduce(0) { $0 + $1.tokens * $1.price } == row.total, "\(row.testDescription)")
        }
    }

    @Test(arguments: Self.rows, [false, true])
    func aCallCostsWhatWasReckonedByHand(row: Row, streamed: Bool) async throws {
        let replies = VendorReplies(vendor: row.vendor, model: row.model)
        if row.vendor == .embeddings {
            let bench = try CostBench(row.vendor, model: row.model, [[.answer(replies.answer(row.usage))]])
            let result = try await bench.gateway.embed(EmbeddingRequest(["Hello"]), route: "default")
            #expect(result.cost == row.cost)
            return
        }
        let reply = streamed ? replies.stream(row.usage) : replies.answer(row.usage)
        let bench = try CostBench(row.vendor, model: row.model, [[.answer(reply)]])
        let result = try await bench.result(streamed: streamed)
        #expect(result.cost == row.cost, "\(result.answer.usage)")
        #expect(result.answer.text == VendorReplies.text)
        #expect(bench.gateway.statistics.cost == Money(nanoDollars: row.total))
        #expect(bench.anomalies.isEmpty, "\(bench.anomalies)")
    }

    /// The plain rows of all vendors that stream.
    static let plain = Self.rows.filter { $0.name.hasPrefix("plain") && $0.vendor != .embeddings }

    /// Two refusals cost nothing, and the third attempt what it costs.
    @Test(arguments: Self.plain, [false, true])
    func retriesBeforeASuccessCostNothing(row: Row, streamed: Bool) async throws {
        let replies = VendorReplies(vendor: row.vendor, model: row.model)
        let reply = streamed ? replies.stream(row.usage) : replies.answer(row.usage)
        let scripts = ["500 Internal Server Error", "503 Service Unavailable"].map {
            [ScriptedServer.Turn.answer(VendorReplies.error($0))]
        }
        let bench = try CostBench(row.vendor, model: row.model, scripts + [[.answer(reply)]])
        let result = try await bench.result(streamed: streamed)
        #expect(result.cost == row.cost && result.failedAttempts.map(\.cost) == [nil, nil])
        #expect(bench.gateway.statistics.cost == Money(nanoDollars: row.total))
        #expect(bench.gateway.statistics.attempts == 3)
    }

    /// The stream breaks off after its usage: that is paid as it was reported, and the second attempt as well.
    @Test(arguments: Self.plain.filter { $0.vendor != .responses && $0.vendor != .anthropic })
    func aStreamThatIsCutAfterItsUsageCostsWhatWasReported(row: Row) async throws {
        let replies = VendorReplies(vendor: row.vendor, model: row.model)
        let events = replies.events(row.usage).count
        let cut = replies.stream(row.usage, cutAfter: events - 1)
        let bench = try CostBench(
            row.vendor, model: row.model, [[.answer(cut)], [.answer(replies.stream(row.usage))]])
        let result = try await bench.result(streamed: true)
        #expect(result.cost == row.cost && result.failedAttempts.map(\.cost) == [row.cost])
        #expect(bench.gateway.statistics.cost == Money(nanoDollars: 2 * row.total))
    }

    /// The stream breaks off, or its client leaves, when all of the text has come and no usage but Anthropic's first: the
    /// request is 2,095 tokens then, and the text estimated; elsewhere both are.
    @Test(arguments: Self.plain, [false, true])
    func whatBreaksOffBeforeItsUsageIsAnEstimate(row: Row, leaves: Bool) async throws {
        let replies = VendorReplies(vendor: row.vendor, model: row.model)
        let price = Price(input: 1_000, output: 1_000_000)
        let events = replies.events(row.usage)
        let shown = try #require(events.firstIndex { $0.contains(VendorReplies.text) }) + 1
        let cut = leaves ? replies.beginning(row.usage, events: shown) : replies.stream(row.usage, cutAfter: shown)
        let scripts: [[ScriptedServer.Turn]] =
            leaves ? [[.answer(cut), .stay]] : [[.answer(cut)], [.answer(replies.stream(row.usage))]]
        let bench = try CostBench(row.vendor, model: row.model, price: price, scripts)
        let attempts =
            leaves
            ? try await self.attemptsOfAClientWhoLeaves(bench) : try await bench.result(streamed: true).failedAttempts
        let tokens = RequestTokens(model: row.model)
        let input = row.vendor == .anthropic ? 2_095 : tokens.input(of: CostBench.call.request).expected
        let output = TokenEstimate(of: VendorReplies.text, by: tokens.tokenizer).expected
        #expect((7...12).contains(output), "nine words and marks")
        let money = Money(nanoDollars: Int64(input) * 1_000 + Int64(output) * 1_000_000)
        #expect(attempts.map(\.cost) == [.estimated(money)])
    }

    private func attemptsOfAClientWhoLeaves(_ bench: CostBench) async throws -> [ModelAttempt] {
        let shown = Gate()
        let task = Task {
            try await bench.gateway.stream(CostBench.call) { progress in
                if case .event(.textDelta, _) = progress { shown.open() }
            }
        }
        await shown.wait()
        task.cancel()
        let cancelled = await #expect(throws: ModelCallCancelled.self) { _ = try await task.value }
        return try #require(cancelled).attempts
    }
}
