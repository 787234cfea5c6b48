import BelayCore
import Foundation
import Testing

@testable import BelayModels

/// The estimate against counts of real tokenizers: of texts that nothing was fitted to (`scripts/tokens`).
struct TokenEstimateTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()

    /// One text, with its true counts.
    struct Text: Sendable, CustomTestStringConvertible {
        var name: String
        var text: String
        var counts: [Tokenizer: Int]

        var testDescription: String { self.name }
    }

    private static func texts() throws -> [Text] {
        let table = try String(contentsOf: Self.folder.appending(path: "counts.tsv"), encoding: .utf8)
        let rows = table.split(separator: "\n").map { $0.split(separator: "\t") }
        let tokenizers = try rows[0].dropFirst().map { try #require(Tokenizer(rawValue: String($0))) }
        return try rows.dropFirst().map { row in
            let text = try String(contentsOf: Self.folder.appending(path: "texts/\(row[0])"), encoding: .utf8)
            let counts = try zip(tokenizers, row.dropFirst()).map { ($0, try #require(Int($1))) }
            return Text(name: String(row[0]), text: text, counts: Dictionary(uniqueKeysWithValues: counts))
        }
    }

    @Test func ourTextsAreMetWithinTheStatedError() throws {
        let texts = try Self.texts()
        #expect(texts.count >= 30)
        for tokenizer in Tokenizer.allCases where tokenizer != .typical {
            var errors: [Double] = []
            for text in texts {
                let truth = try #require(text.counts[tokenizer])
                let estimate = TokenEstimate(of: text.text, by: tokenizer)
                let error = Double(estimate.expected) / Double(truth) - 1
                errors.append(abs(error))
                #expect(abs(error) <= 0.45, "\(text.name) by \(tokenizer): \(estimate.expected) for \(truth)")
                #expect(estimate.most >= truth, "\(text.name) by \(tokenizer): \(estimate.most) for \(truth)")
                #expect(estimate.most <= text.text.utf8.count)
            }
            let mean = errors.reduce(0, +) / Double(errors.count)
            print("\(tokenizer): mean \(mean), worst \(errors.max() ?? 0)")
            #expect(mean <= 0.08, "\(tokenizer) is off by \(mean) on average")
        }
    }

    @Test func theBoundOfUnknownVocabulariesHoldsForThoseThatAreKnown() throws {
        for text in try Self.texts() {
            let most = TokenEstimate(of: text.text, by: .typical).most
            for tokenizer in [Tokenizer.o200k, .claude, .deepSeek, .tekken] {
                #expect(most >= text.counts[tokenizer] ?? 0, "\(text.name) by \(tokenizer)")
            }
        }
    }

    @Test(arguments: Tokenizer.allCases)
    func thereAreNeverMoreTokensThanBytes(tokenizer: Tokenizer) {
        #expect(TokenEstimate(of: "", by: tokenizer) == .zero)
        for text in ["a", " ", "\n", "😀", "字", "ab", String(repeating: "\u{1}", count: 50)] {
            let estimate = TokenEstimate(of: text, by: tokenizer)
            #expect(estimate.expected >= 1 && estimate.expected <= estimate.most, "\(text)")
            #expect(estimate.most <= text.utf8.count, "\(text)")
        }
    }

    @Test func aTextInPartsHasTheTokensOfTheWhole() throws {
        for text in try Self.texts() {
            var parts = TokenWalk(.o200k)
            var rest = Substring(text.text)
            var size = 1
            while !rest.isEmpty {
                parts.add(String(rest.prefix(size)))
                rest = rest.dropFirst(size)
                size = size % 7 + 1
            }
            #expect(parts.estimate == TokenEstimate(of: text.text, by: .o200k), "\(text.name)")
        }
    }

    @Test func bytesThatAreNoTextAreCountedAsWell() {
        var walk = TokenWalk(.claude)
        let bytes: [UInt8] = [0x80, 0xFF, 0xC0, 0xC1, 0xF5, 0xC3, 0x28, 0xF0, 0x9F, 0xE2]
        bytes.withUnsafeBufferPointer { walk.add($0) }
        #expect(walk.estimate.expected >= 1 && walk.estimate.most <= bytes.count)
    }

    @Test(
        arguments: [
            ("gpt-4o-mini", .o200k), ("openai/gpt-5.4", .o200k), ("o3", .o200k), ("gpt-4-turbo", .cl100k),
            ("text-embedding-3-small", .cl100k), ("claude-sonnet-4-5-20250929", .claude),
            ("us.anthropic.claude-3-5-haiku-20241022-v1:0", .claude), ("anthropic/claude-sonnet-4.6", .claude),
            ("claude-opus-4-0", .claude), ("claude-opus-4-7", .newerClaude), ("claude-sonnet-5", .newerClaude),
            ("claude-fable-5", .newerClaude), ("deepseek-v4-pro", .deepSeek), ("mistral-large-2512", .tekken),
            ("gemini-3.5-flash", .typical), ("grok-4.7", .typical), ("llama-4", .typical), ("", .typical),
        ] as [(String, Tokenizer)])
    func aModelIsKnownByItsName(model: String, tokenizer: Tokenizer) {
        #expect(Tokenizer(model: model) == tokenizer)
    }

    /// On one core, of a request of 100 KB: far below what it may cost.
    @Test func aLargeRequestIsEstimatedAtOnce() throws {
        let text = try Self.texts().map(\.text).joined()
        let large = String(repeating: text, count: 100_000 / text.utf8.count + 1)
        let clock = ContinuousClock()
        var best = Duration.seconds(1)
        for _ in 0..<20 { best = min(best, clock.measure { _ = TokenEstimate(of: large, by: .o200k) }) }
        let seconds = Double(best.components.attoseconds) * 1e-18
        print("\(large.utf8.count) bytes in \(best): \(Int(Double(large.utf8.count) / seconds / 1e6)) MB/s")
        #expect(best < .milliseconds(100), "also without optimization")
    }
}
