import BelayJSON
import Foundation
import Testing

@testable import BelayMock

/// OpenAI's embeddings, as a client sees them.
@Suite(.timeLimit(.minutes(5)))
struct EmbeddingTests {
    private static func ask(_ mock: MockHarness, _ body: JSON) async throws -> RawResponse? {
        try await RawClient.exchange(
            port: mock.port,
            RawClient.post("/v1/embeddings", body.serialized(), headers: "authorization: Bearer sk-test\r\n")
        ).response
    }

    private static func likeness(_ one: [Float], _ other: [Float]) -> Float {
        zip(one, other).reduce(0) { $0 + $1.0 * $1.1 }
    }

    /// Four bytes, the lowest first.
    private static func word(_ data: Data, at start: Int) -> UInt32 {
        var word: UInt32 = 0
        for offset in (0..<4).reversed() { word = word << 8 | UInt32(data[start + offset]) }
        return word
    }

    @Test func equalTextsHaveEqualVectorsAndOthersAreFarAway() {
        func vector(_ text: String) -> [Float] {
            EmbeddingVector.of(text.split(separator: " ").map(String.init), dimensions: 256)
        }
        let question = vector("where is my order")
        #expect(question == vector("where is my order"))
        #expect(abs(Self.likeness(question, question) - 1) < 0.0001)
        #expect(Self.likeness(question, vector("where is my big order")) > 0.7)
        #expect(Self.likeness(question, vector("the weather of tomorrow")) < 0.3)
        #expect(EmbeddingVector.of(["a"], dimensions: 1).count == 1)
    }

    @Test func eachInputHasAVectorInItsPlace() async throws {
        try await MockHarness.run { mock in
            let json = try await Self.ask(mock, ["model": "e", "input": ["one two", "three"], "dimensions": 8])?.json
            #expect(json?["data"]?.arrayValue?.count == 2 && json?["model"] == "e")
            #expect(json?["data"]?[1]?["index"] == 1 && json?["data"]?[1]?["embedding"]?.arrayValue?.count == 8)
            #expect(json?["usage"] == ["prompt_tokens": 4, "total_tokens": 4])
            let alone = try await Self.ask(mock, ["model": "e", "input": "THREE", "dimensions": 8])?.json
            #expect(alone?["data"]?[0]?["embedding"] == json?["data"]?[1]?["embedding"])
            #expect(mock.server.statistics()["tokens"]?["input"] == 6)
            #expect(mock.server.statistics()["requests"]?["by_path"]?["/v1/embeddings"] == 2)
        }
    }

    @Test func base64HoldsTheSameNumbers() async throws {
        try await MockHarness.run { mock in
            let body: JSON = ["model": "e", "input": "one two", "dimensions": 4]
            let plain = try await Self.ask(mock, body)?.json?["data"]?[0]?["embedding"]
            var encoded = body
            encoded["encoding_format"] = "base64"
            let text = try await Self.ask(mock, encoded)?.json?["data"]?[0]?["embedding"]?.stringValue
            let data = try #require(Data(base64Encoded: text ?? ""))
            let values = (0..<4).map { Float(bitPattern: Self.word(data, at: $0 * 4)) }
            #expect(values == plain?.arrayValue?.compactMap { $0.doubleValue.map { Float($0) } })
        }
    }

    @Test(arguments: [
        (#"{"input": "a"}"#, "model"), (#"{"model": "e"}"#, "input"), (#"{"model": "e", "input": []}"#, "input"),
        (#"{"model": "e", "input": ["a", ""]}"#, "input[1]"), (#"{"model": "e", "input": [[1], []]}"#, "input[1]"),
        (#"{"model": "e", "input": [1, "a"]}"#, "input"),
        (#"{"model": "e", "input": "a", "dimensions": 0}"#, "dimensions"),
        (#"{"model": "e", "input": "a", "encoding_format": "hex"}"#, "encoding_format"),
    ])
    func badRequestsAreRefused(body: String, place: String) async throws {
        try await MockHarness.run { mock in
            let response = try await Self.ask(mock, JSON.parse(body))
            #expect(response?.status == 400)
            #expect(response?.json?["error"]?["param"]?.stringValue == place)
        }
    }

    @Test func faultsStrikeHereToo() async throws {
        let yaml = "models: [{name: e}]\nfaults: [{kind: rate_limited, times: 1}, {kind: empty_answer, times: 1}]"
        try await MockHarness.run(yaml) { mock in
            let body: JSON = ["model": "e", "input": "a"]
            var seen: [Int?] = []
            for _ in 0..<3 {
                let response = try await Self.ask(mock, body)
                seen.append(response?.status == 200 ? response?.json?["data"]?.arrayValue?.count : response?.status)
            }
            #expect(seen.contains(429) && seen.contains(0) && seen.last == 1)
            let unknown = try await Self.ask(mock, ["model": "x", "input": "a"])?.status
            #expect(unknown == 404)
        }
    }
}
