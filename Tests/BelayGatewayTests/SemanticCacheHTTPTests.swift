import BelayCore
import BelayJSON
import BelayModels
import BelayTesting
import Foundation
import Testing

/// The semantic cache on the whole road: HTTP, embeddings of a provider over HTTP, the cache, HTTP.
@Suite(.timeLimit(.minutes(5)))
struct SemanticCacheHTTPTests {
    private static func setting(similarity: Double) -> GatewayWorld.Setting {
        GatewayWorld.Setting(
            kinds: [.openAI],
            cache: CachePolicy(
                .semantic, similarity: similarity, embedder: ModelPath(provider: "first", model: "embedder")),
            // However slow the machine is, an embedding is in time.
            clock: ManualClock())
    }

    private static func ask(_ text: String, about: String, in world: GatewayWorld) async throws -> String? {
        let messages: JSON = [
            ["role": "system", "content": .string("Help with \(about).")], ["role": "user", "content": .string(text)],
        ]
        let reply = try await world.post("/v1/chat/completions", ["model": "route/default", "messages": messages])
        #expect(reply.status == 200, "\(reply.text)")
        return reply.headers["x-belay-cache"]
    }

    @Test func aQuestionInOtherWordsHasTheSameAnswerAndIsCounted() async throws {
        try await GatewayWorld.run(Self.setting(similarity: 0.5)) { world in
            let asked = "Could you please tell me your opening hours?"
            let alike = "Please tell me your opening hours"
            var uses: [String?] = []
            for (text, subject) in [(asked, "the shop"), (asked, "the shop"), (alike, "the shop"), (alike, "else")] {
                uses.append(try await Self.ask(text, about: subject, in: world))
            }
            #expect(uses == ["miss", "hit", "similar", "miss"])
            let paths = world.gateway.statistics.paths
            #expect(
                paths[ModelPath(provider: "first", model: "embedder")]?.answers == 3, "one a question that is no hit")
            #expect(paths[ModelPath(provider: "first", model: "m")]?.answers == 2)
        }
    }

    /// The labelled pairs of questions (`SemanticPrecisionTests` has the measure with real embeddings), with vectors of the
    /// simulated provider, which only know what words two texts share: the worst embedder that there could be, at a
    /// similarity where it finds something, and at one where it hardly does.
    @Test(arguments: [(0.6, 18, 2), (0.8, 2, 0)])
    func theFalseHitRateOnTheWholeRoadIsWhatTheDocumentationSays(
        similarity: Double, allHits: Int, wrongHits: Int
    ) async throws {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "BelayModelsTests/semantic/pairs.tsv")
        let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
        try await GatewayWorld.run(Self.setting(similarity: similarity)) { world in
            var (hits, falseHits, same) = (0, 0, 0)
            for (number, line) in lines.enumerated() {
                let columns = line.split(separator: "\t").map(String.init)
                try #require(columns.count == 4)
                _ = try await Self.ask(columns[2], about: "pair \(number)", in: world)
                let isHit = try await Self.ask(columns[3], about: "pair \(number)", in: world) == "similar"
                if columns[1] == "same" { same += 1 }
                if isHit { hits += 1 }
                if isHit, columns[1] == "different" { falseHits += 1 }
            }
            let rate = hits == 0 ? 0 : Double(falseHits) / Double(hits)
            print(
                """
                semantic cache over HTTP, \(lines.count) pairs, vectors by words, similarity \(similarity): \(hits) hits, \
                \(falseHits) of them false (\(String(format: "%.2f", rate))), \(hits - falseHits) of \(same) found
                """)
            #expect(hits == allHits && falseHits == wrongHits)
        }
    }
}
