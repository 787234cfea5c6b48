import BelayJSON
import Foundation
import Testing

@testable import BelayModels

/// How often the semantic cache takes one question for another, by real embeddings (all-MiniLM-L6-v2) of pairs that were
/// labelled by hand: `semantic/pairs.tsv`, half of the different ones alike but for one word. Pairs called `heldout` were
/// written after the rules of `QuestionWords` were fixed.
struct SemanticPrecisionTests {
    private struct Pair {
        var isHeldOut: Bool
        var isSame: Bool
        var first: String
        var second: String
    }

    private struct Measure {
        var same = 0
        var hits = 0
        var falseHits = 0

        var falseHitRate: Double { self.hits == 0 ? 0 : Double(self.falseHits) / Double(self.hits) }
        var found: Double { Double(self.hits - self.falseHits) / Double(self.same) }
    }

    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "semantic")

    private static func pairs() throws -> [Pair] {
        try String(contentsOf: Self.folder.appending(path: "pairs.tsv"), encoding: .utf8).split(separator: "\n").map {
            let columns = $0.split(separator: "\t").map(String.init)
            try #require(columns.count == 4 && ["same", "different"].contains(columns[1]))
            return Pair(
                isHeldOut: columns[0] == "heldout", isSame: columns[1] == "same", first: columns[2], second: columns[3])
        }
    }

    private static func vectors() throws -> [String: [Float]] {
        let json = try JSON.parse(Array(Data(contentsOf: Self.folder.appending(path: "vectors.json"))))
        let coded = try #require(json["vectors"]?.objectValue)
        return try Dictionary(
            uniqueKeysWithValues: coded.map { text, code in
                let bytes = try #require(code.stringValue.flatMap { Data(base64Encoded: $0) })
                return (text, bytes.map { Float(Int8(bitPattern: $0)) / 127 })
            })
    }

    private func measure(
        _ pairs: [Pair], _ vectors: [String: [Float]], atLeast threshold: Double
    ) throws -> Measure {
        var measure = Measure()
        for pair in pairs {
            var index = SemanticIndex(maxEntries: 4)
            index.insert(pair.first, vector: try #require(vectors[pair.first]), key: "k", in: "p")
            let vector = try #require(vectors[pair.second])
            let isHit = index.nearest(to: pair.second, vector: vector, in: "p", atLeast: threshold) != nil
            if pair.isSame { measure.same += 1 }
            if isHit { measure.hits += 1 }
            if isHit, !pair.isSame { measure.falseHits += 1 }
        }
        return measure
    }

    @Test func theFalseHitRateIsWhatTheDocumentationSays() throws {
        let (pairs, vectors) = (try Self.pairs(), try Self.vectors())
        for isHeldOut in [false, true] {
            let part = pairs.filter { $0.isHeldOut == isHeldOut }
            for threshold in [0.8, 0.85, 0.9, CachePolicy().similarity, 0.95] {
                let measure = try self.measure(part, vectors, atLeast: threshold)
                print(
                    """
                    semantic cache, \(isHeldOut ? "held out" : "tuned"), \(part.count) pairs, similarity \(threshold): \
                    \(measure.hits) hits, false-hit rate \(String(format: "%.2f", measure.falseHitRate)), same \
                    questions found \(String(format: "%.2f", measure.found))
                    """)
                if threshold >= 0.9 { #expect(measure.falseHits == 0 && measure.found > 0.15) }
            }
        }
    }

    /// Why words are looked at too: without them every third hit would be wrong.
    @Test func meaningAloneIsNotEnough() throws {
        let vectors = try Self.vectors()
        let similarities = try Self.pairs().map { pair in
            let (first, second) = (try #require(vectors[pair.first]), try #require(vectors[pair.second]))
            func length(_ vector: [Float]) -> Float { vector.reduce(0) { $0 + $1 * $1 }.squareRoot() }
            let cosine = zip(first, second).reduce(Float(0)) { $0 + $1.0 * $1.1 } / length(first) / length(second)
            return (pair.isSame, Double(cosine))
        }
        let hits = similarities.filter { $0.1 >= CachePolicy().similarity }
        #expect(Double(hits.count { !$0.0 }) / Double(hits.count) > 0.3)
    }
}
