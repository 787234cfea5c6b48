import BelayCore
import BelayHTTP
import BelayResilience
import BelayRouting

/// One provider at work: its keys and endpoints, and what guards the calls to all of them together.
final class ProviderLane: Sendable {
    let settings: ProviderSettings
    let endpoints: [EndpointLane]
    let retryBudget: RetryBudget
    /// Nil with one endpoint, which needs no choice.
    private let balancer: Locked<EndpointBalancer>?
    private let bulkhead: Bulkhead
    private let timekeeper: Timekeeper
    private let random: RandomSource

    /// A session leaves its endpoint when that is ten times as loaded as another: a prompt that is read from the provider's
    /// cache costs about a tenth.
    private static let stickiness = 0.9

    /// - Parameter models: Those that routes name.
    init(
        settings: ProviderSettings, models: Set<String>, keyRests: KeyQuarantine.Rests, transport: any HTTPTransport,
        timekeeper: Timekeeper, wallClock: any WallClock, random: RandomSource,
        report: @escaping @Sendable (GatewayReport) -> Void
    ) {
        self.settings = settings
        self.retryBudget = RetryBudget(policy: settings.retryBudget, clock: timekeeper)
        self.bulkhead = Bulkhead(
            settings.name, limit: settings.maxConcurrent, maxWaiting: settings.maxConcurrent, clock: timekeeper)
        self.timekeeper = timekeeper
        self.random = random
        let shared = LaneQuota(settings.rateLimits, maxWaiting: settings.maxConcurrent, clock: timekeeper)
        let prefills = PrefillMemory()
        self.endpoints = settings.places.enumerated().map { index, place in
            EndpointLane(
                index: index, endpoint: settings.endpoints.isEmpty ? nil : settings.endpoints[index], settings: place,
                models: models, shared: shared, prefills: prefills, keyRests: keyRests,
                transport: transport, timekeeper: timekeeper, wallClock: wallClock,
                report: report)
        }
        self.balancer =
            self.endpoints.count > 1 ? Locked(EndpointBalancer(weights: settings.endpoints.map(\.weight))) : nil
    }

    /// How its protocol is spoken, at whichever endpoint.
    var provider: any ModelProvider { self.endpoints[0].runner.provider }

    /// What its models can do, at whichever endpoint.
    var capabilities: RememberedCapabilities { self.endpoints[0].runner.capabilities }

    /// Whether attempts are to be counted in tokens before they are sent.
    var countsTokens: Bool { self.endpoints.contains(where: \.countsTokens) }

    /// What stands in the way of an attempt that has not been sent; nil when some endpoint is free. Takes nothing.
    ///
    /// - Parameter longest: How long it would wait.
    func obstacle(model: String, atMost longest: Duration) -> ModelFailure? {
        var first: ModelFailure?
        for endpoint in self.endpoints {
            guard let obstacle = endpoint.obstacle(model: model, atMost: longest) else { return nil }
            first = first.map { Self.lesser($0, obstacle) } ?? obstacle
        }
        return first
    }

    /// Whether an endpoint other than those can take an attempt at once.
    func hasOther(than tried: Set<Int>, model: String) -> Bool {
        self.endpoints.contains { !tried.contains($0.index) && $0.isReady(model: model) }
    }

    /// What is left of a model beside the endpoints that failed a call.
    func standby(for model: String, beside tried: Set<Int>) -> RouteMachine.Standby {
        guard self.endpoints.count > 1 else { return .none }
        return self.hasOther(than: tried, model: model) ? .ready : .busy
    }

    /// Waits for a place for one attempt, at the endpoint that is the best for it.
    ///
    /// - Returns: What has to be handed to ``leave(_:with:)`` once, whatever becomes of the attempt.
    /// - Throws: `ModelFailure` of kind `throttled`, `circuitOpen`, `authentication` or `quotaExhausted`, or
    ///   `CancellationError`: nothing was taken.
    func enter(_ request: LaneRequest) async throws -> LanePass {
        let endpoint = try self.choose(for: request)
        self.balancer?.withLock { $0.began(endpoint.index) }
        do {
            return try await endpoint.enter(request, through: self.bulkhead)
        } catch {
            self.balancer?.withLock { $0.abandoned(endpoint.index) }
            throw error
        }
    }

    /// Gives a place back, and takes what the attempt says about its endpoint.
    func leave(_ pass: LanePass, with end: LanePass.End) {
        pass.endpoint.leave(pass, with: end)
        guard let balancer else { return }
        let now = self.timekeeper.now
        balancer.withLock { balancer in
            let latency = pass.began.duration(to: now)
            switch end {
            // That it took at least so long is known of the slower one.
            case .answered, .outrun: balancer.ended(pass.endpoint.index, after: latency, succeeded: true, at: now)
            case .failed(let failure) where failure.kind.countsAgainstHealth:
                balancer.ended(pass.endpoint.index, after: latency, succeeded: false, at: now)
            case .failed, .unsent, .cancelled: balancer.abandoned(pass.endpoint.index)
            }
        }
    }

    private func choose(for request: LaneRequest) throws -> EndpointLane {
        guard let balancer else {
            if let obstacle = self.obstacle(model: request.model, atMost: request.longest) { throw obstacle }
            return self.endpoints[0]
        }
        let candidates = self.candidates(for: request)
        let preferred = request.preferred.flatMap { name in candidates.first { $0.name == name } }
        let sticky = preferred ?? request.session.flatMap { Rendezvous.choose(for: $0, among: candidates) }
        let now = self.timekeeper.now
        var random = self.random
        let index = balancer.withLock { balancer in
            balancer.choose(
                sticky: sticky?.index, cacheDiscount: Self.stickiness, at: now, using: &random,
                where: { index in candidates.contains { $0.index == index } })
        }
        guard let index else {
            throw self.obstacle(model: request.model, atMost: request.longest)
                ?? ModelFailure(.throttled, message: "not sent: no endpoint has room at the moment")
        }
        return self.endpoints[index]
    }

    /// Those that haven't failed this call and are free; else those that haven't failed it; else whatever is there.
    private func candidates(for request: LaneRequest) -> [EndpointLane] {
        let usable = self.endpoints.filter { $0.obstacle(model: request.model, atMost: request.longest) == nil }
        let fresh = usable.filter { !request.avoided.contains($0.index) }
        let ready = fresh.filter { $0.isReady(model: request.model, tokens: request.tokens) }
        return [ready, fresh].first { !$0.isEmpty } ?? usable
    }

    /// Of two endpoints that can't be used, what is over sooner.
    private static func lesser(_ left: ModelFailure, _ right: ModelFailure) -> ModelFailure {
        switch (left.retryAfter, right.retryAfter) {
        case (let left?, let right?) where left > right: break
        case (.some, _), (nil, nil): return left
        case (nil, .some): break
        }
        return right
    }
}
