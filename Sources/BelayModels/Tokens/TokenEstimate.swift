/// How many tokens something has, where nobody counted them.
public struct TokenEstimate: Sendable, Hashable {
    /// As many as are likely.
    public var expected: Int
    /// More than that there are hardly ever: at least 999 texts of a thousand have no more. Never more than bytes.
    public var most: Int

    public static let zero = TokenEstimate(expected: 0, most: 0)

    public init(expected: Int, most: Int) {
        self.expected = expected
        self.most = most
    }

    /// A number that is certain.
    init(exactly tokens: Int) { self.init(expected: tokens, most: tokens) }

    public static func + (left: TokenEstimate, right: TokenEstimate) -> TokenEstimate {
        TokenEstimate(
            expected: left.expected.saturatingSum(right.expected), most: left.most.saturatingSum(right.most))
    }

    /// Of one text.
    public init(of text: String, by tokenizer: Tokenizer) {
        var walk = TokenWalk(tokenizer)
        walk.add(text)
        self = walk.estimate
    }
}
