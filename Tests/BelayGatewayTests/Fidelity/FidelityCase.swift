import BelayCore
import BelayJSON
import BelayModels
import BelayTesting

/// One answer of a vendor, as its whole body and as its stream. The seed alone makes all of it.
struct FidelityCase: Sendable {
    let seed: UInt64
    let kind: ProviderSettings.Kind
    let answer: GeneratedAnswer
    let whole: [UInt8]
    let stream: GeneratedStream
    /// Where the stream breaks off, in a few of the cases.
    let cut: Int?

    init(_ kind: ProviderSettings.Kind, seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        self.seed = seed
        self.kind = kind
        let body: JSON
        switch kind {
        case .openAI, .azure, .openRouter, .gemini:
            self.answer = .openAI(mixes: true, using: &random)
            body = self.answer.openAIBody
            self.stream = GeneratedStream(self.answer.openAIEvents(using: &random), named: false, using: &random)
        case .openAIResponses:
            self.answer = .responses(using: &random)
            body = self.answer.responsesBody
            self.stream = GeneratedStream(self.answer.responsesEvents(using: &random), named: true, using: &random)
        case .anthropic:
            self.answer = .anthropic(using: &random)
            body = try self.answer.anthropicBody()
            self.stream = GeneratedStream(try self.answer.anthropicEvents(using: &random), named: true, using: &random)
        }
        let text = Int.random(in: 0..<4, using: &random) == 0 ? body.prettyPrinted() : body.serialized()
        self.whole = Array((self.answer.style.escapes ? GeneratedText.escaped(text) : text).utf8)
        let isCut = Int.random(in: 0..<5, using: &random) == 0
        self.cut = isCut ? Int.random(in: 0...self.stream.cuttable, using: &random) : nil
    }

    /// No answer at all: an error for whoever asked.
    var isFailure: Bool { self.answer.stop == .refused || self.answer.isEmpty }
}
