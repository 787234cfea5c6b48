import BelayCore

/// What has to hold before a gateway is made: a mistake shows at start, not in the first call that meets it.
enum GatewayChecks {
    static func check(
        providers: [ProviderSettings], routes: [Route], hasEmbedder: Bool, tasks: [String: SuccessFunction] = [:]
    ) throws(GatewayConfigurationError) {
        guard !providers.isEmpty else { throw .init("there is no provider; name at least one") }
        guard !routes.isEmpty else { throw .init("there is no route; name at least one") }
        var names: Set<String> = []
        for provider in providers {
            try Self.check(provider)
            guard names.insert(provider.name).inserted else {
                throw .init("two providers are named \(provider.name); give each a name of its own")
            }
        }
        var routeNames: Set<String> = []
        for route in routes {
            guard routeNames.insert(route.name).inserted else {
                throw .init("two routes are named \(route.name); give each a name of its own")
            }
            try Self.check(route, providers: names)
            try Self.checkCache(of: route, providers: providers, hasEmbedder: hasEmbedder)
        }
        for (task, function) in tasks { try Self.check(function, of: task, routes: routeNames, providers: names) }
    }

    private static func check(
        _ function: SuccessFunction, of task: String, routes: Set<String>, providers: Set<String>
    ) throws(GatewayConfigurationError) {
        guard (1...128).contains(task.utf8.count) else { throw .init("a task's name has 1 to 128 bytes") }
        guard task != SuccessFunction.judgesTask else {
            throw .init("the task \(task) is that of the models that judge; nobody judges these")
        }
        guard case .judge(let judge) = function.kind, !routes.contains(judge.route) else { return }
        guard let path = ModelPath(judge.route), providers.contains(path.provider) else {
            throw .init("the judge of the task \(task) is asked over \(judge.route), which is no route")
        }
    }

    private static func check(_ provider: ProviderSettings) throws(GatewayConfigurationError) {
        guard !provider.name.isEmpty, provider.name.count <= 64, !provider.name.contains("/") else {
            throw .init("the provider name \"\(provider.name)\" has to be 1 to 64 characters without /")
        }
        guard !["route", "agent"].contains(provider.name) else {
            throw .init("a provider can't be named \(provider.name): clients ask for \(provider.name)s by that word")
        }
        if provider.kind == .azure, provider.baseURL.isEmpty {
            throw .init(
                "provider \(provider.name) needs a base URL: that of your Azure resource, such as "
                    + "https://RESOURCE.openai.azure.com")
        }
        guard provider.baseURL.hasPrefix("https://") || provider.baseURL.hasPrefix("http://") else {
            throw .init("the base URL of provider \(provider.name) has to begin with https:// or http://")
        }
        guard provider.maxConcurrent >= 1 else {
            throw .init("maxConcurrent of provider \(provider.name) is \(provider.maxConcurrent); make it 1 or more")
        }
        try Self.check(provider.rateLimits, of: "provider \(provider.name)")
        var names: Set<String> = []
        for endpoint in provider.endpoints {
            let place = "endpoint \(endpoint.name) of provider \(provider.name)"
            guard !endpoint.name.isEmpty, endpoint.name.count <= 64 else {
                throw .init("the endpoint name \"\(endpoint.name)\" has to be 1 to 64 characters")
            }
            guard names.insert(endpoint.name).inserted else {
                throw .init("two endpoints of provider \(provider.name) are named \(endpoint.name)")
            }
            guard endpoint.baseURL.map({ $0.hasPrefix("https://") || $0.hasPrefix("http://") }) ?? true else {
                throw .init("the base URL of \(place) has to begin with https:// or http://")
            }
            guard (0.01...1_000).contains(endpoint.weight) else {
                throw .init("the weight of \(place) is \(endpoint.weight); make it 0.01 to 1,000")
            }
            try Self.check(endpoint.rateLimits, of: place)
        }
        guard provider.timeouts.total > .zero else {
            throw .init("the total timeout of provider \(provider.name) has to be longer than zero")
        }
    }

    private static func check(
        _ limits: OutgoingRateLimits?, of place: String
    ) throws(GatewayConfigurationError) {
        guard let limits else { return }
        guard limits.requestsPerMinute.map({ (1...1_000_000_000).contains($0) }) ?? true else {
            throw .init("the requests per minute of \(place) have to be 1 to 10^9")
        }
        guard limits.tokensPerMinute.map({ (1...1_000_000_000_000).contains($0) }) ?? true else {
            throw .init("the tokens per minute of \(place) have to be 1 to 10^12")
        }
    }

    private static func check(_ hedge: Hedge, of route: String) throws(GatewayConfigurationError) {
        let isInRange =
            switch hedge.delay {
            case .after(let delay): delay > .zero
            case .percentile(let share): (0.5...0.999).contains(share)
            }
        guard isInRange, (0...1).contains(hedge.share) else {
            throw .init(
                "the hedge of route \(route) needs a delay longer than zero or a percentile of 0.5 to 0.999, and "
                    + "a share of 0 to 1")
        }
    }

    private static func checkCache(
        of route: Route, providers: [ProviderSettings], hasEmbedder: Bool
    ) throws(GatewayConfigurationError) {
        guard route.cache.lifetime > .zero, (0.5...1).contains(route.cache.similarity) else {
            throw .init("the cache of route \(route.name) needs a lifetime above zero and a similarity from 0.5 to 1")
        }
        guard route.cache.mode == .semantic else { return }
        guard let embedder = route.cache.embedder else {
            if hasEmbedder { return }
            throw .init(
                "route \(route.name) has a semantic cache, which needs an embedder: a model in the cache's policy, or a "
                    + "function in the gateway's options")
        }
        guard let provider = providers.first(where: { $0.name == embedder.provider }) else {
            throw .init("the embedder of route \(route.name), \(embedder), is of no provider that is there")
        }
        guard provider.kind.makesEmbeddings else {
            throw .init("the embedder of route \(route.name) is of \(provider.name), which makes no embeddings")
        }
    }

    private static func check(
        _ route: Route, providers: Set<String>
    ) throws(GatewayConfigurationError) {
        guard !route.paths.isEmpty else { throw .init("route \(route.name) has no path; name at least one") }
        guard route.maxAttempts >= 1, route.maxAttemptsPerPath >= 1 else {
            throw .init("route \(route.name) allows no attempt; make both limits of attempts 1 or more")
        }
        guard route.total > .zero, route.backoffBase >= .zero, route.backoffCap >= .zero else {
            throw .init("route \(route.name) needs a total longer than zero and waits that are not negative")
        }
        if let hedge = route.hedge { try Self.check(hedge, of: route.name) }
        try Self.checkPolicy(of: route)
        var paths: Set<ModelPath> = []
        for path in route.paths {
            guard providers.contains(path.model.provider) else {
                let known = providers.sorted().joined(separator: ", ")
                throw .init("route \(route.name) names provider \(path.model.provider), which is none of: \(known)")
            }
            guard !path.model.model.isEmpty else { throw .init("a path of route \(route.name) names no model") }
            guard path.limit.map({ $0 > .zero }) ?? true else {
                throw .init("the limit of \(path.model) on route \(route.name) has to be longer than zero")
            }
            guard paths.insert(path.model).inserted else {
                throw .init("route \(route.name) names \(path.model) twice; name it once, with more attempts")
            }
        }
    }

    private static func checkPolicy(of route: Route) throws(GatewayConfigurationError) {
        switch route.policy {
        case .ordered: return
        case .weighted:
            guard route.paths.allSatisfy({ $0.weight >= 0 && $0.weight.isFinite }),
                route.paths.contains(where: { $0.weight > 0 })
            else { throw .init("the weights of route \(route.name) have to be 0 or more, and one of them above 0") }
        case .learned(let options):
            guard options.problems.isEmpty else {
                throw .init("route \(route.name) can't learn: \(options.problems.joined(separator: " "))")
            }
        }
    }
}
