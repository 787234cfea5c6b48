extension Message {
    /// How many tokens it has, as a guess from its bytes: one for each three, which is too many for English (about four)
    /// and about right for digits, code and most other languages.
    var estimatedTokens: Int { 8 + self.content.reduce(0) { $0.saturatingSum($1.estimatedTokens) } }
}

extension Content {
    fileprivate var estimatedTokens: Int {
        switch self {
        case .text(let text): text.estimatedTokens
        case .reasoning(let reasoning): reasoning.text.estimatedTokens
        case .toolCall(let call): 8 + call.name.estimatedTokens + call.arguments.estimatedTokens
        case .toolResult(let result): 8 + result.content.estimatedTokens
        // By their size in pixels or pages, which nobody here looks at: what a large picture costs most models.
        case .image, .file: 1_600
        }
    }
}

extension String {
    var estimatedTokens: Int { (self.utf8.count + 2) / 3 }
}

extension [Message] {
    var estimatedTokens: Int { self.reduce(0) { $0.saturatingSum($1.estimatedTokens) } }
}
