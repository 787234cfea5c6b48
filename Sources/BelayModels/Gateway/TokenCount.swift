import BelayCore
import BelayJSON

/// How many tokens the input of a request has.
public struct TokenCount: Sendable, Hashable {
    public var tokens: Int
    /// Whose model counted; nil when it is an estimate.
    public var path: ModelPath?

    init(tokens: Int, path: ModelPath?) {
        self.tokens = tokens
        self.path = path
    }

    /// Without any model: a token for four letters of ASCII, one for every other character, 1,600 for an image or a file,
    /// and four more for each message and each tool. English text is met within a fifth or so; other things are not.
    init(estimating request: ModelRequest) {
        var tokens = Self.tokens(of: request.system)
        for message in request.messages {
            tokens += 4 + message.content.reduce(0) { $0 + Self.tokens(of: $1) }
        }
        for tool in request.tools {
            tokens += 4 + Self.tokens(of: tool.name + tool.description) + Self.tokens(of: tool.parameters.serialized())
        }
        self.init(tokens: tokens, path: nil)
    }

    private static let tokensOfAttachment = 1_600

    private static func tokens(of content: Content) -> Int {
        switch content {
        case .text(let text): Self.tokens(of: text)
        case .reasoning(let reasoning): Self.tokens(of: reasoning.text)
        case .toolCall(let call): Self.tokens(of: call.name + call.arguments)
        case .toolResult(let result): Self.tokens(of: result.content)
        case .image, .file: Self.tokensOfAttachment
        }
    }

    private static func tokens(of text: String) -> Int {
        var (ascii, other) = (0, 0)
        for scalar in text.unicodeScalars {
            if scalar.isASCII { ascii += 1 } else { other += 1 }
        }
        return (ascii + 3) / 4 + other
    }
}
