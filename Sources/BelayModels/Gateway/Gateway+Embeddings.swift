import BelayCore
import BelayLedger

extension Gateway {
    /// Gets the vectors of texts, by the same retries, fallbacks, breakers, deadlines and prices as answers.
    ///
    /// All paths of a route should lead to one model: vectors of different models can't be compared.
    ///
    /// - Parameters:
    ///   - request: One input or more.
    ///   - route: The route that chooses the path, or PROVIDER/MODEL. Paths whose provider makes no embeddings are passed
    ///     over.
    ///   - caller: Whose budgets count it, within the tenant.
    ///   - task: What it is for. Default: the route's name.
    ///   - timeout: The call must end by then, whatever the route's total says.
    /// - Throws: As ``call(_:observe:)``; `ModelCallFailure` of kind `badRequest`, before anything is sent, when there is no
    ///   input, or no path to a provider that makes embeddings.
    public func embed(
        _ request: EmbeddingRequest, route: String, caller: ModelCaller = ModelCaller(), tenant: String = "default",
        task: String? = nil, timeout: Duration? = nil
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
                gateway: self, request: request, route: found, paths: paths,
                spender: Spender(caller, tenant: tenant, task: task ?? route), timeout: timeout, startedAt: start)
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
        /// Nil when nobody could say.
        var vector: [Float]?
        var cost: Cost
    }

    /// Asks a model what the question of a call means, on the caller's account.
    ///
    /// - Throws: As ``embed(_:route:caller:tenant:task:timeout:)``.
    func meaning(
        of text: String, in call: ModelCall, by model: ModelPath, within limit: Duration
    ) async throws -> Meaning {
        let request = EmbeddingRequest(inputs: [.text(text)])
        let result = try await self.embed(
            request, route: model.description, caller: call.caller, tenant: call.tenant, task: call.task ?? call.route,
            timeout: limit)
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
