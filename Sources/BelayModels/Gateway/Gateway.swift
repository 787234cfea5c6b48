import BelayCore
import BelayHTTP
import BelayLedger
import BelayResilience
import BelayRouting

/// The road to models: providers, routes over them, and the one owner of retries, fallbacks, breakers and limits.
///
/// ```swift
/// let gateway = try Gateway(
///     providers: [ProviderSettings(name: "openai", kind: .openAI, key: Secret(key))],
///     routes: [Route(name: "default", paths: [.init("openai", "gpt-4o-mini", limit: .seconds(20))])])
/// let result = try await gateway.call(ModelCall(request: request, route: "default"), observe: nil)
/// ```
///
/// A call tries the paths of its route in the order that the route's policy gives them, within its attempts and time. What
/// became of it is an outcome, from which routes may learn (``outcomes``). When none is available, an earlier answer to the
/// very same request stands in, marked as degraded, unless the call is critical. On routes with an exact cache such an
/// answer is given as long as it is fresh, and equal calls at the same time become one. A streamed attempt that
/// fails before it has put anything out is replaced silently; after that the observer is told that a new one starts.
public final class Gateway: ModelGateway {
    let options: GatewayOptions
    /// What all its times are measured with.
    package let timekeeper: Timekeeper
    let prices: PriceTable
    let random: RandomSource
    private let routes: [String: Route]
    private let lanes: [String: ProviderLane]
    private let counter: ReportCounter
    let desk: AnswerDesk
    private let hedges: [String: HedgeDesk]
    /// What attempts are accounted in; nil for nothing.
    let ledger = Locked<Ledger?>(nil)
    private let sessions = Locked(SessionChoices())
    let wallClock: any WallClock
    private let chooser: PathChooser
    /// What became of the calls.
    public let outcomes: OutcomeBook

    /// - Parameters:
    ///   - providers: 1 or more, with names that differ.
    ///   - routes: 1 or more, with names that differ; each path names one of the providers.
    ///   - prices: What calls cost. Default: the vendors' list prices.
    ///   - transport: The door to the network. Default: one that the process shares.
    ///   - clock: For deadlines, waits and lifetimes.
    ///   - wallClock: For a Retry-After that is a date, and for the time of outcomes.
    ///   - random: Draws the waits before retries, what routes leave to chance, and the names of outcomes.
    ///   - report: Called for everything that happens, by the task that made it happen; keep it short.
    /// - Throws: `GatewayConfigurationError`, which says what is wrong and where.
    public init(
        providers: [ProviderSettings], routes: [Route], prices: PriceTable = .listed,
        options: GatewayOptions = GatewayOptions(), transport: any HTTPTransport = DirectHTTPTransport.shared,
        clock: any Clock<Duration> = ContinuousClock(), wallClock: any WallClock = SystemWallClock(),
        random: RandomSource = RandomSource(), report: @escaping @Sendable (GatewayReport) -> Void = { _ in }
    ) throws {
        try GatewayChecks.check(
            providers: providers, routes: routes, hasEmbedder: options.embedder != nil, tasks: options.tasks)
        let counter = ReportCounter(paths: routes.flatMap(\.models), report: report)
        let timekeeper = Timekeeper(clock)
        self.options = options
        self.timekeeper = timekeeper
        self.prices = prices
        self.random = random
        self.counter = counter
        self.routes = Dictionary(uniqueKeysWithValues: routes.map { ($0.name, $0) })
        var lanes: [String: ProviderLane] = [:]
        let rests = KeyQuarantine.Rests(refused: options.keyQuarantine, quotaExhausted: options.quotaQuarantine)
        for settings in providers {
            let models = routes.flatMap(\.models).filter { $0.provider == settings.name }.map(\.model)
            lanes[settings.name] = ProviderLane(
                settings: settings, models: Set(models), keyRests: rests, transport: transport, timekeeper: timekeeper,
                wallClock: wallClock, random: random, report: { counter.record($0) })
        }
        self.lanes = lanes
        self.hedges = Dictionary(
            uniqueKeysWithValues: routes.compactMap { route in
                route.hedge.map { (route.name, HedgeDesk($0, clock: timekeeper)) }
            })
        self.desk = AnswerDesk(options: options, timekeeper: timekeeper, wallClock: wallClock) { counter.record($0) }
        self.wallClock = wallClock
        let vendors = Dictionary(
            providers.compactMap { provider in provider.vendor.map { (provider.name, $0) } },
            uniquingKeysWith: { first, _ in first })
        let chooser = PathChooser(routes: routes, random: random) { path in
            prices.price(of: path, vendor: vendors[path.provider])?.cost(of: Self.typicalUsage)
        }
        self.chooser = chooser
        self.outcomes = OutcomeBook(
            options: options.outcomes, tasks: options.tasks, chooser: chooser, wallClock: wallClock, random: random
        ) { counter.record($0) }
    }

    /// What a call is expected to use before any was made: what a path costs then follows from its price.
    private static let typicalUsage = Usage(freshInput: 1_000, output: 500)

    /// What was done since the gateway was made.
    public var statistics: GatewayStatistics { self.counter.statistics }

    public func call(
        _ call: ModelCall, observe: (@Sendable (ModelProgress) -> Void)?
    ) async throws -> ModelCallResult {
        let observer: AnswerObserver? = observe.map { observe in
            { @Sendable progress in if let shown = progress.shown { observe(shown) } }
        }
        return try await self.perform(call, afterOutput: .restart, observe: observer)
    }

    /// What becomes of a call when an attempt fails that has put something out.
    public enum AfterOutput: Sendable, Hashable {
        /// Another attempt begins, which the observer is told.
        case restart
        /// The call fails: for observers who can't take anything back.
        case fail
    }

    /// Gets one answer as a stream.
    ///
    /// - Parameter observe: Gets the parts of the answer. A slow one slows the provider, and its time counts against the
    ///   call's total only.
    /// - Returns: The whole answer, once its stream came to a good end.
    /// - Throws: As ``call(_:observe:)``, and what `observe` throws, after which the attempt counts as cancelled.
    public func stream(
        _ call: ModelCall, afterOutput: AfterOutput = .fail, observe: @escaping AnswerObserver
    ) async throws -> ModelCallResult {
        try await self.perform(call, afterOutput: afterOutput, observe: observe)
    }

    /// Gets one answer for a caller who looks at it and then says whether it is the value that was asked for
    /// (``reportOutput(isValid:of:to:)``). Until then nobody takes it for right.
    func unchecked(_ call: ModelCall) async throws -> ModelCallResult {
        try await self.perform(call, afterOutput: .restart, observe: nil, isUnchecked: true)
    }

    private func perform(
        _ call: ModelCall, afterOutput: AfterOutput, observe: AnswerObserver?, isUnchecked: Bool = false
    ) async throws -> ModelCallResult {
        let start = self.timekeeper.now
        do {
            guard let route = self.route(named: call.route) else { throw self.unknownRoute(call.route) }
            if let obstacle = self.obstacle(to: call.request, on: route) { throw self.refused(obstacle) }
            let result = try await self.desk.answer(call, on: route, isStreamed: observe != nil, by: self) {
                try await self.ask(
                    call, on: route, startedAt: start, afterOutput, isUnchecked: isUnchecked, observe)
            }
            if let use = result.cache { self.report(.cacheUsed(use, route: call.route)) }
            self.noteSaving(by: result, of: call)
            self.report(.callAnswered(route: call.route, duration: result.duration))
            return result
        } catch let failure as ModelCallFailure {
            let duration = start.duration(to: self.timekeeper.now)
            self.report(.callFailed(route: call.route, failure.failure, duration: duration))
            throw failure
        }
    }

    /// The paths in the order in which a call tries them. A session stays where it was answered before, as an execution does.
    private func order(_ paths: [Route.Path], of route: Route, for call: ModelCall) -> PathOrder {
        var call = call
        call.pinned = call.pinned ?? self.lastChoice(of: call)?.path
        return self.chooser.order(paths, of: route, for: call, at: self.wallClock.now) { path in
            self.lane(of: path).obstacle(model: path.model, atMost: route.patience) == nil
        }
    }

    /// Keeps what becomes of a call, however it ends.
    private func recording(
        _ call: ModelCall, on route: Route, decision: RoutingDecision?, isUnchecked: Bool,
        _ body: () async throws -> ModelCallResult
    ) async throws -> ModelCallResult {
        var random = self.random
        let record = CallRecord(
            id: call.outcome ?? OutcomeID.make(at: self.wallClock.now, using: &random).rawValue,
            task: call.task ?? route.name, context: OutcomeContext(of: call.request), decision: decision,
            tenant: call.tenant)
        do {
            var result = try await body()
            result.decision = decision
            if !result.isDegraded { result.outcome = record.id }
            let answer = SuccessFunction.Answer(
                task: record.task, request: call.request, answer: result.answer, path: result.path, caller: call.caller,
                tenant: call.tenant)
            self.outcomes.record(
                record.outcomes(result, failed: result.failedAttempts, at: self.wallClock.now),
                answer: result.isDegraded ? nil : answer, of: route.name,
                isUnchecked: isUnchecked && !result.isDegraded)
            return result
        } catch let failure as ModelCallFailure {
            self.outcomes.record(
                record.outcomes(nil, failed: failure.attempts, at: self.wallClock.now), answer: nil, of: route.name)
            throw failure
        } catch let cancelled as ModelCallCancelled {
            self.outcomes.record(
                record.outcomes(nil, failed: cancelled.attempts, at: self.wallClock.now), answer: nil, of: route.name)
            throw cancelled
        }
    }

    /// Asks models, in the order of the route's policy.
    private func ask(
        _ call: ModelCall, on route: Route, startedAt start: Moment, _ afterOutput: AfterOutput, isUnchecked: Bool,
        _ observe: AnswerObserver?
    ) async throws -> ModelCallResult {
        let needs = RequestNeeds(call.request)
        let paths = self.sized(route.paths).filter {
            self.takes(call.request, needs, on: $0.model) && !call.excluded.contains($0.model)
        }
        let order = self.order(paths, of: route, for: call)
        if let decision = order.decision { self.report(.pathChosen(decision, route: route.name)) }
        var attempts = GatewayCall(
            gateway: self, call: call, route: route, paths: order.paths, startedAt: start, observe: observe,
            afterOutput: afterOutput)
        return try await self.recording(call, on: route, decision: order.decision, isUnchecked: isUnchecked) {
            try await attempts.run()
        }
    }

    /// Says what was wrong with the usage of an attempt, if anything was.
    func noteAnomalies(_ anomalies: Set<UsageAnomaly>, on path: ModelPath, at endpoint: String?) {
        if !anomalies.isEmpty { self.report(.usageAnomalies(path, endpoint: endpoint, anomalies)) }
    }

    func report(_ report: GatewayReport) { self.counter.record(report) }

    /// The routes with what they have learned, by name.
    public var overview: [RouteOverview] {
        let now = self.wallClock.now
        return self.routes.values.sorted { $0.name < $1.name }.map { route in
            RouteOverview(
                name: route.name, policy: route.policy, paths: route.paths.map(\.model),
                knowledge: self.chooser.knowledge(of: route.name, at: now))
        }
    }

    /// A route of the configuration; or, when the name is that of a provider and a model, the one that goes there only.
    func route(named name: String) -> Route? {
        if let route = self.routes[name] { return route }
        guard let path = ModelPath(name), self.lanes[path.provider] != nil else { return nil }
        // Answers of a model that no route keeps are not kept for those either who ask for it by its name.
        let routes = self.routes.values.filter { $0.models.contains(path) }
        let keepsNothing = !routes.isEmpty && routes.allSatisfy { $0.cache.mode == .off }
        return Route(name: name, paths: [.init(path)], cache: keepsNothing ? .off : .fallback)
    }

    /// Whether a path can answer a request at all: one that holds what only its client's protocol knows is for providers
    /// of that protocol.
    func serves(_ request: ModelRequest, on path: ModelPath) -> Bool {
        guard let original = request.original, original.isBound else { return true }
        return self.lane(of: path).provider.forwards(request)
    }

    /// Whether any path of a route, or the model of the name PROVIDER/MODEL, can answer a request.
    public func serves(_ request: ModelRequest, on route: String) -> Bool {
        self.route(named: route)?.paths.contains { self.serves(request, on: $0.model) } ?? false
    }

    /// The paths of a route in order, or the one that PROVIDER/MODEL names.
    ///
    /// - Throws: `ModelCallFailure` when there is no such route.
    func paths(of route: String) throws -> [ModelPath] {
        guard let route = self.route(named: route) else { throw self.unknownRoute(route) }
        return route.paths.map(\.model)
    }

    /// Shares the answers of routes whose cache is shared with other nodes. Reading has a quarter of a second, writing is done
    /// in the background, and a store that fails is done without.
    ///
    /// - Parameter store: Nil ends the sharing.
    public func shareAnswers(in store: (any AnswerStore)?) { self.desk.shelf.use(store) }

    /// Whether a fresh answer may be given to a call instead of a new one.
    public func caches(_ call: ModelCall) -> Bool {
        guard let route = self.route(named: call.route) else { return false }
        return self.desk.key(of: call, on: route) != nil
    }

    func lane(of path: ModelPath) -> ProviderLane {
        guard let lane = self.lanes[path.provider] else {
            preconditionFailure("Paths are checked against the providers when the gateway is made; \(path) has none.")
        }
        return lane
    }

    func settings(of provider: String) -> ProviderSettings? { self.lanes[provider]?.settings }

    /// What the calls of a route share that may be hedged; nil when they may not.
    func hedging(on route: Route) -> HedgeDesk? { self.hedges[route.name] }

    /// Where the call's session was answered last; nil for one that is new, or has none.
    func lastChoice(of call: ModelCall) -> SessionChoices.Choice? {
        guard let key = SessionChoices.Key(call) else { return nil }
        let now = self.timekeeper.now
        return self.sessions.withLock { $0.choice(for: key, at: now) }
    }

    func answered(_ call: ModelCall, by choice: SessionChoices.Choice) {
        guard let key = SessionChoices.Key(call) else { return }
        let now = self.timekeeper.now
        self.sessions.withLock { $0.answered(key, by: choice, at: now) }
    }

    func billing(of path: ModelPath) -> Billing {
        let settings = self.lane(of: path).settings
        let origin = self.prices.origin(of: path, vendor: settings.vendor)
        return Billing(price: origin?.price, model: path.model, priceVersion: origin?.version)
    }

    func unknownRoute(_ name: String) -> ModelCallFailure {
        let known = self.routes.keys.sorted().joined(separator: ", ")
        return self.refused(
            ModelFailure(
                .notFound, message: "there is no route and no provider's model named \(name); routes are: \(known)"))
    }
}
