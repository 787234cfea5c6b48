import BelayCore
import BelayJSON
import BelayTesting
import Testing

@testable import BelayIngress

struct EmbeddingTests {
    private func read(_ body: String) throws(IngressProblem) -> IngressEmbedding {
        try EmbeddingRequestReader().read(Array(body.utf8))
    }

    private func problem(_ body: String) -> IngressProblem? {
        do throws(IngressProblem) {
            _ = try self.read(body)
            return nil
        } catch {
            return error
        }
    }

    @Test(
        arguments: [
            (#""a""#, [.text("a")]), (#"["a", "b"]"#, [.text("a"), .text("b")]), ("[1, 2]", [.tokens([1, 2])]),
            ("[[1], [2, 3]]", [.tokens([1]), .tokens([2, 3])]),
        ] as [(String, [EmbeddingRequest.Input])])
    func inputsHaveFourForms(input: String, expected: [EmbeddingRequest.Input]) throws {
        let request = try self.read(
            #"{"model": "m", "input": \#(input), "dimensions": 3, "encoding_format": "base64", "user": "u"}"#)
        #expect(request.request.inputs == expected)
        #expect(request.request.dimensions == 3)
        #expect(request.encodesBase64)
        #expect(request.request.endUser == "u")
    }

    @Test(arguments: [
        (#"{"input": "a"}"#, "model"), (#"{"model": "m"}"#, "input"), (#"{"model": "m", "input": []}"#, "input"),
        (#"{"model": "m", "input": ""}"#, "input"), (#"{"model": "m", "input": ["a", ""]}"#, "input[1]"),
        (#"{"model": "m", "input": [1, "a"]}"#, "input[1]"), (#"{"model": "m", "input": [[]]}"#, "input[0]"),
        (#"{"model": "m", "input": {}}"#, "input"), (#"{"model": "m", "input": "a", "dimensions": 0}"#, "dimensions"),
        (#"{"model": "m", "input": "a", "encoding_format": "hex"}"#, "encoding_format"),
        (#"{"model": "m", "input": "a", "stream": true}"#, "stream"),
    ])
    func whatIsWrongIsNamed(body: String, place: String) {
        #expect(self.problem(body)?.path.bracketed == place)
    }

    @Test func numbersAreWrittenShort() throws {
        let request = try self.read(#"{"model": "m", "input": ["a", "b"]}"#)
        let body = EmbeddingAnswerWriter.body(of: [[0.1, -2], [.nan]], model: "x", inputTokens: 7, to: request)
        let text = String(decoding: body, as: UTF8.self)
        #expect(text.contains(#""embedding":[0.1,-2.0]"#))
        #expect(text.contains(#""embedding":[null]"#))
        #expect(try JSON.parse(body)["usage"] == ["prompt_tokens": 7, "total_tokens": 7])
    }

    /// The bytes of 1.0 and -2.5, lowest first, as any other program encodes them.
    @Test func base64HoldsLittleEndianFloats() throws {
        let request = try self.read(#"{"model": "m", "input": "a", "encoding_format": "base64"}"#)
        let body = EmbeddingAnswerWriter.body(of: [[1, -2.5]], model: "", inputTokens: 1, to: request)
        let json = try JSON.parse(body)
        #expect(json["data"]?[0]?["embedding"] == "AACAPwAAIMA=")
        #expect(json["model"] == "m")
    }

    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
        ("foobar", "Zm9vYmFy"),
    ])
    func theVectorsOfRFC4648(text: String, encoded: String) {
        #expect(Base64.encoded(Array(text.utf8)) == encoded)
        #expect(RequestContext.isBase64(encoded) == !encoded.isEmpty)
    }
}
