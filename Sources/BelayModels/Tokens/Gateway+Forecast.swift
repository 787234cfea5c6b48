import BelayCore

extension Gateway {
    /// What a call is likely to use: its input and the output that it allows, as the first model of its route counts them.
    package func forecast(_ call: ModelCall) -> Int { self.tokens(on: call.route).forecast(call.request) }

    /// What vectors of these inputs are likely to use.
    package func forecast(_ request: EmbeddingRequest, on route: String) -> Int {
        self.tokens(on: route).input(of: request).expected
    }

    /// By no particular model's measure where the route has none: the call fails, and says why.
    private func tokens(on route: String) -> RequestTokens {
        RequestTokens(model: self.route(named: route)?.paths.first?.model.model ?? "")
    }
}
