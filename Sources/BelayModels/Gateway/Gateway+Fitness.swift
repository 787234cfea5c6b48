import BelayCore

extension Gateway {
    /// What the model of a path can do; nil for a provider that isn't there.
    public func capabilities(of path: ModelPath) -> ModelCapabilities? {
        self.settings(of: path.provider)?.capabilities(of: path.model)
    }

    /// The paths with the size of each model's context, where the route doesn't say it and the table does.
    func sized(_ paths: [Route.Path]) -> [Route.Path] {
        paths.map { path in
            guard path.contextTokens == nil else { return path }
            var path = path
            path.contextTokens = self.lane(of: path.model).capabilities.of(path.model.model).contextTokens
            return path
        }
    }

    /// How many tokens fit the models of a route: the fewest of those that the route or the table knows.
    public func contextTokens(of route: String) -> Int? {
        self.route(named: route).flatMap { self.sized($0.paths).compactMap(\.contextTokens).min() }
    }

    /// Whether a path can answer a request: one that holds what only its client's protocol knows is for providers of that
    /// protocol, and images, files, tools and the like are for models that take them.
    func takes(_ request: ModelRequest, _ needs: RequestNeeds, on path: ModelPath) -> Bool {
        self.serves(request, on: path) && self.obstacle(to: needs, on: path) == nil
    }

    /// Why no path of a route takes a request; nil when one does.
    func obstacle(to request: ModelRequest, on route: Route) -> ModelFailure? {
        let needs = RequestNeeds(request)
        var kind = ModelFailure.Kind.badRequest
        var words: [String] = []
        for path in route.paths.map(\.model) {
            guard self.serves(request, on: path) else {
                words.append("\(path) doesn't speak the protocol that this request needs")
                continue
            }
            guard let obstacle = self.obstacle(to: needs, on: path) else { return nil }
            words.append("\(path) \(obstacle.words)")
            // A shorter conversation would find a path.
            if obstacle.kind == .contextTooLong { kind = .contextTooLong }
        }
        let more = words.count > 5 ? "; and \(words.count - 5) more" : ""
        return ModelFailure(
            kind, message: "no model can take this request: " + words.prefix(5).joined(separator: "; ") + more)
    }

    /// What no path of a route has that a request needs: of the first path that could be asked otherwise. Nil when the
    /// request is at fault in another way, or not at all.
    package func lack(for request: ModelRequest, on route: String) -> RequestNeed? {
        guard let route = self.route(named: route), self.obstacle(to: request, on: route) != nil else { return nil }
        let needs = RequestNeeds(request)
        let obstacles = route.paths.lazy.filter { self.serves(request, on: $0.model) }.map {
            self.obstacle(to: needs, on: $0.model)
        }
        return obstacles.first { $0 != nil }??.need
    }

    private func obstacle(to needs: RequestNeeds, on path: ModelPath) -> RequestNeeds.Obstacle? {
        needs.isPlain ? nil : needs.obstacle(with: self.lane(of: path).capabilities.of(path.model))
    }

    func refused(_ failure: ModelFailure) -> ModelCallFailure {
        ModelCallFailure(
            failure: failure, attempts: [], userMessage: self.options.userMessages.message(for: failure.kind))
    }

    func refused(_ message: String) -> ModelCallFailure { self.refused(ModelFailure(.badRequest, message: message)) }
}
