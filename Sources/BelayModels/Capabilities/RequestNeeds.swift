import BelayCore

/// What a request can't do without, to find the paths that can't take it before anything is sent.
struct RequestNeeds: Sendable, Hashable {
    /// No tokenizer makes longer tokens of ordinary text on average. What is longer by this measure is too long for sure.
    private static let mostBytesPerToken = 8

    /// One of them, and why a model doesn't fit.
    struct Obstacle: Sendable, Hashable {
        var need: RequestNeed
        /// Following the model's name.
        var words: String
        var kind = ModelFailure.Kind.badRequest
    }

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

    /// What stands in the way with a model; nil when nothing does.
    func obstacle(with model: ModelCapabilities) -> Obstacle? {
        if self.tools, !model.tools { return Obstacle(need: .tools, words: "calls no tools") }
        if self.images, !model.images { return Obstacle(need: .images, words: "takes no images") }
        if self.files, !model.files { return Obstacle(need: .files, words: "takes no files") }
        if self.stopSequences, !model.stopSequences {
            return Obstacle(need: .stopSequences, words: "takes no stop sequences")
        }
        if let tokens = model.contextTokens, self.textBytes / Self.mostBytesPerToken > tokens {
            return Obstacle(
                need: .context,
                words: "has a context of \(tokens) tokens, which \(self.textBytes) bytes of text exceed",
                kind: .contextTooLong)
        }
        return nil
    }
}

/// What not every model has.
package enum RequestNeed: Sendable, Hashable {
    case tools, images, files, stopSequences, context
}
