import BelayCore

extension Gateway {
    /// Gets the vectors of texts, by the same retries, fallbacks, breakers, deadlines and prices as answers.
    ///
    /// All paths of a route should lead to one model: vectors of different models can't be compared.
    ///
    /// - Parameters:
    ///   - request: One input or more.
    ///   - route: The route that chooses the path, or PROVIDER/MODEL. Paths whose provider makes no embeddings are passed
    ///     over.
    ///   - timeout: The call must end by then, whatever the route's total says.
    /// - Throws: As ``call(_:observe:)``; `ModelCallFailure` of kind `badRequest`, before anything is sent, when there is no
    ///   input, or no path to a provider that makes embeddings.
    public func embed(
        _ request: EmbeddingRequest, route: String, timeout: Duration? = nil
    ) async throws -> EmbeddingResult {
        let start = self.timekeeper.now
        do {
            guard let found = self.route(named: route) else { throw self.unknownRoute(route) }
            guard !request.inputs.isEmpty else { throw self.refused("there is no text to make a vector of") }
            let paths = found.paths.filter { self.lane(of: $0.model).provider is any EmbeddingProvider }
            guard !paths.isEmpty else {
                throw self.refused("no provider of \(route) makes embeddings; kinds that do: openai and its relatives")
            }
            var call = EmbeddingCall(
                gateway: self, request: request, route: found, paths: paths, timeout: timeout, startedAt: start)
            let result = try await call.run()
            self.report(.callAnswered(route: route, duration: result.duration))
            return result
        } catch let failure as ModelCallFailure {
            self.report(
                .callFailed(route: route, failure.failure, duration: start.duration(to: self.timekeeper.now)))
            throw failure
        }
    }
}

extension Gateway {
    /// What a text means, and what it cost to find out.
    struct Meaning: Sendable {
        var vector: [Float]
        var cost: Cost
    }

    /// Asks a model what a text means.
    ///
    /// - Throws: As ``embed(_:route:timeout:)``.
    func meaning(of text: String, by model: ModelPath, within limit: Duration) async throws -> Meaning {
        let request = EmbeddingRequest(inputs: [.text(text)])
        let result = try await self.embed(request, route: model.description, timeout: limit)
        let spent = result.failedAttempts.cost.adding(result.cost)
        return Meaning(vector: result.vectors[0], cost: spent)
    }
}

extension Route {
    /// All models that its calls may need.
    var models: [ModelPath] {
        self.paths.map(\.model) + (self.cache.mode == .semantic ? [self.cache.embedder].compactMap { $0 } : [])
    }
}
