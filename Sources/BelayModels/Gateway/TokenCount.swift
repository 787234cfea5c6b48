import BelayCore

/// How many tokens the input of a request has.
public struct TokenCount: Sendable, Hashable {
    public var tokens: Int
    /// Whose model counted; nil when it is an estimate.
    public var path: ModelPath?

    init(tokens: Int, path: ModelPath?) {
        self.tokens = tokens
        self.path = path
    }

    /// By an estimate, where no provider counts: what the path's model is likely to count.
    init(estimating request: ModelRequest, for path: ModelPath) {
        self.init(tokens: RequestTokens(model: path.model).input(of: request).expected, path: nil)
    }
}
