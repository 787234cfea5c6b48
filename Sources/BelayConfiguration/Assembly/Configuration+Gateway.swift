import Belay
import BelayHTTP
import BelayResilience

extension Configuration {
    /// The gateway that the providers and routes describe, with the vendors' list prices under the prices of the file.
    ///
    /// - Parameter report: Called for everything that happens in it; keep it short.
    /// - Throws: `GatewayConfigurationError` when there is no provider or no route.
    public func makeGateway(report: @escaping @Sendable (GatewayReport) -> Void = { _ in }) throws -> Gateway {
        try Gateway(
            providers: self.providers.map(\.settings), routes: self.routes.map(\.route), prices: self.prices,
            options: GatewayOptions(userMessages: self.messages, tasks: try self.successFunctions), report: report)
    }

    /// The names by which clients may ask for models.
    public var modelNames: ModelNames {
        ModelNames(
            routes: self.routes.map(\.route), providers: self.providers.map(\.name),
            agents: self.agents.map(\.name),
            aliases: self.models.sorted { $0.key < $1.key }.map { ModelNames.Alias($0.key, $0.value) })
    }

    /// What models cost by this file: prices of its providers first, then those of `prices_file`, then the vendors' lists.
    public var prices: PriceTable {
        var prices = PriceTable.listed
        for (provider, models) in self.filedPrices {
            for (model, price) in models { prices.set(price, for: ModelPath(provider: provider, model: model)) }
        }
        for provider in self.providers {
            for (model, price) in provider.prices {
                prices.set(price, for: ModelPath(provider: provider.name, model: model))
            }
        }
        return prices
    }

    /// What a path costs; nil when nobody knows.
    func price(of path: ModelPath) -> Price? {
        self.prices.price(of: path, vendor: self.settings(of: path.provider)?.vendor)
    }

    /// A provider of the file as the gateway knows it.
    public func settings(of provider: String) -> ProviderSettings? {
        self.providers.first { $0.name == provider }?.settings
    }
}

extension Configuration.Provider {
    var settings: ProviderSettings {
        ProviderSettings(
            name: self.name, kind: self.kind, baseURL: self.baseURL,
            // An empty key is what an unset variable with an empty default leaves.
            key: self.apiKey.flatMap { $0.reveal().isEmpty ? nil : $0 },
            endpoints: self.endpoints.enumerated().map { index, endpoint in
                ProviderEndpoint(
                    name: endpoint.name ?? String(index + 1), baseURL: endpoint.baseURL,
                    key: endpoint.apiKey.flatMap { $0.reveal().isEmpty ? nil : $0 }, weight: endpoint.weight,
                    rateLimits: endpoint.rateLimits.limits)
            },
            rateLimits: self.rateLimits.limits, headers: self.headers,
            timeouts: self.timeouts.limits, maxConcurrent: self.maxConcurrent, breaker: self.breaker.policy,
            retryBudget: self.retryBudget.policy,
            onClientGone: self.onClientGone == .drain ? .drain(atMost: self.drainLimit) : .cancel,
            models: self.models, apiVersion: self.apiVersion)
    }
}

extension Configuration.Timeouts {
    var limits: PhaseLimits {
        PhaseLimits(
            connect: self.connect, responseHeaders: self.headers, firstToken: self.firstToken,
            betweenTokens: self.stall,
            total: self.total)
    }
}

extension Configuration.Breaker {
    var policy: CircuitBreakerPolicy {
        let trip: CircuitBreakerPolicy.Trip =
            if let rate = self.failureRate {
                .failureRate(rate, window: self.window, minimumCalls: self.minimumCalls)
            } else {
                .consecutiveFailures(self.failures)
            }
        return CircuitBreakerPolicy(trip: trip, recoveryTimeout: self.recovery, successesToClose: self.successes)
    }
}

extension Configuration.RateLimits {
    /// Nil when nothing is limited.
    var limits: OutgoingRateLimits? {
        guard self.requestsPerMinute != nil || self.tokensPerMinute != nil else { return nil }
        return OutgoingRateLimits(requestsPerMinute: self.requestsPerMinute, tokensPerMinute: self.tokensPerMinute)
    }
}

extension Configuration.RetryBudget {
    var policy: RetryBudgetPolicy {
        RetryBudgetPolicy(ratio: self.ratio, minimumPerSecond: self.perSecond, window: self.window)
    }
}

extension Configuration.Route {
    var route: BelayModels.Route {
        BelayModels.Route(
            name: self.name,
            paths: self.paths.map {
                BelayModels.Route.Path(
                    $0.model, limit: $0.limit, contextTokens: $0.contextTokens, weight: $0.weight ?? 1)
            },
            policy: self.routePolicy,
            maxAttempts: self.attempts, maxAttemptsPerPath: self.attemptsPerPath, total: self.total,
            backoffBase: self.backoff.base, backoffCap: self.backoff.cap, patience: self.patience,
            cache: self.cache, onRefusal: self.onRefusal, hedge: self.hedge?.hedge)
    }
}
