import BelayCore
import BelayJSON

/// Reads a request for embeddings.
package struct EmbeddingRequestReader: Sendable {
    /// As OpenAI documents it.
    private static let maxInputs = 2_048

    private let limits: IngressLimits

    package init(limits: IngressLimits = IngressLimits()) { self.limits = limits }

    /// - Throws: `IngressProblem` with the path of the first thing that is wrong.
    package func read(_ body: [UInt8]) throws(IngressProblem) -> IngressEmbedding {
        let field = try BodyReading.object(body, limits: self.limits)
        let passThrough = try EmbeddingParameters.table.passThrough(
            of: try field.object(), allowsUnknown: self.limits.allowsUnknownParameters)
        let model = try field.required("model").name()
        let request = EmbeddingRequest(
            inputs: try Self.inputs(try field.required("input")), dimensions: try field["dimensions"]?.int(atLeast: 1),
            endUser: try field["user"]?.string())
        return IngressEmbedding(
            model: model, request: request,
            encodesBase64: try field["encoding_format"]?.word(of: ["float", "base64"]) == "base64",
            passThrough: passThrough)
    }

    /// A text, texts, tokens, or lists of tokens.
    private static func inputs(_ field: Field) throws(IngressProblem) -> [EmbeddingRequest.Input] {
        if field.json.stringValue != nil { return [.text(try self.text(field))] }
        guard field.json.arrayValue != nil else { throw field.wrongType("a string or an array") }
        let items = try field.items()
        guard let first = items.first else { throw field.problem(.tooSmall, "expected at least one input.") }
        if first.json.intValue != nil { return [.tokens(try self.tokens(field))] }
        guard items.count <= self.maxInputs else {
            throw field.problem(.tooLarge, "expected at most \(self.maxInputs) inputs, but got \(items.count).")
        }
        var inputs: [EmbeddingRequest.Input] = []
        for item in items {
            let isTokens = item.json.arrayValue != nil
            inputs.append(isTokens ? .tokens(try self.tokens(item)) : .text(try self.text(item)))
        }
        return inputs
    }

    private static func text(_ field: Field) throws(IngressProblem) -> String {
        let text = try field.string()
        guard !text.isEmpty else { throw field.problem(.badValue, "expected a text that is not empty.") }
        return text
    }

    private static func tokens(_ field: Field) throws(IngressProblem) -> [Int] {
        var tokens: [Int] = []
        for item in try field.items() { tokens.append(try item.int(atLeast: 0)) }
        guard !tokens.isEmpty else { throw field.problem(.tooSmall, "expected at least one token.") }
        return tokens
    }
}
