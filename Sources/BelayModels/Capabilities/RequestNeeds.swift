import BelayCore

/// What a request can't do without, to find the paths that can't take it before anything is sent.
struct RequestNeeds: Sendable, Hashable {
    /// No tokenizer makes longer tokens of ordinary text on average. What is longer by this measure is too long for sure.
    private static let mostBytesPerToken = 8

    var tools = false
    var images = false
    var files = false
    var stopSequences = false
    /// Of text, in UTF-8.
    var textBytes = 0

    init(_ request: ModelRequest) {
        self.tools = !request.tools.isEmpty
        self.stopSequences = !request.stopSequences.isEmpty
        self.textBytes = request.system.utf8.count
        for message in request.messages {
            for part in message.content { self.count(part) }
        }
    }

    private mutating func count(_ part: Content) {
        switch part {
        case .text(let text): self.textBytes += text.utf8.count
        case .image: self.images = true
        case .file: self.files = true
        case .toolCall(let call):
            self.tools = true
            self.textBytes += call.arguments.utf8.count
        case .toolResult(let result):
            self.tools = true
            self.textBytes += result.content.utf8.count
        case .reasoning: break  // Not sent to whom it doesn't belong.
        }
    }

    /// Every model can take it: short, and nothing but text.
    var isPlain: Bool {
        !self.tools && !self.images && !self.files && !self.stopSequences && self.textBytes < 4_096
    }

    /// What stands in the way with a model, in words that follow its name; nil when nothing does.
    func obstacle(with model: ModelCapabilities) -> (kind: ModelFailure.Kind, words: String)? {
        if self.tools, !model.tools { return (.badRequest, "calls no tools") }
        if self.images, !model.images { return (.badRequest, "takes no images") }
        if self.files, !model.files { return (.badRequest, "takes no files") }
        if self.stopSequences, !model.stopSequences { return (.badRequest, "takes no stop sequences") }
        if let tokens = model.contextTokens, self.textBytes / Self.mostBytesPerToken > tokens {
            return (.contextTooLong, "has a context of \(tokens) tokens, which \(self.textBytes) bytes of text exceed")
        }
        return nil
    }
}
