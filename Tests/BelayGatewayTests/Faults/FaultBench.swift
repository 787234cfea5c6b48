import BelayCore
import BelayHTTP
import BelayJSON
import BelayMock
import BelayModels
import BelayResilience
import BelayRuntime
import BelayServer
import BelayTesting
import Logging
import ServiceLifecycle

/// A client, the gateway's server, and simulated providers that fail as they are told: all over real HTTP, and all on one
/// clock, which moves only when a wait or a deadline is meant to end.
struct FaultBench: Sendable {
    struct Setting: Sendable {
        var kinds: [ProviderSettings.Kind] = [.openAI, .anthropic]
        var scenario = Self.answer
        /// What the paths of the route ask for, one of each provider.
        var models = ["m", "m"]
        /// By provider; see `docs/mock.md`.
        var faults: [[JSON]] = []
        var route: @Sendable (inout Route) -> Void = { _ in }
        /// Changes a second route, `reversed`, that has the paths of the first the other way round.
        var reversed: @Sendable (inout Route) -> Void = { _ in }
        var provider: @Sendable (inout ProviderSettings) -> Void = { _ in }
        var server: @Sendable (inout ServerOptions) -> Void = { _ in }

        static let text = String(repeating: "All is well. ", count: 8)
        static let answer = "reply: {text: \"\(Self.text)\", usage: {input: 100, output: 20}}"
    }

    /// What an answer of `Setting.answer` costs: 100 tokens at 100 nano-dollars, 20 at 1,000.
    static let cost = Money(nanoDollars: 30_000)
    /// Nano-dollars for the estimated input of one request, of which the provider said nothing: tokens at 100.
    static let unheard: Int64 = {
        let request = ModelRequest(messages: [.user("How are you?")])
        return Int64(RequestTokens(model: "m").input(of: request).expected) * 100
    }()
    static let limits = PhaseLimits(
        connect: .seconds(10), responseHeaders: .seconds(8), firstToken: .seconds(4), betweenTokens: .seconds(3),
        total: .seconds(20))
    static let names = ["first", "second"]

    let mocks: [MockServer]
    let gateway: Gateway
    let port: Int
    /// Of the providers.
    let ports: [Int]
    let clock: SteppedClock
    let upstream: UpstreamView
    /// Everything that providers, gateway, clock and clients do.
    let happenings: Happenings
    /// Begins a graceful shutdown of the server.
    let stop: @Sendable () async -> Void

    private static let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    static func run<Value: Sendable>(
        _ setting: Setting = Setting(), _ body: @Sendable (FaultBench) async throws -> Value
    ) async throws -> Value {
        let happenings = Happenings()
        let clock = SteppedClock(telling: happenings)
        let upstream = UpstreamView(clock: clock, happenings: happenings)
        let mocks = try setting.kinds.indices.map { index in
            var configuration = MockConfiguration()
            configuration.scenario = try MockScenario(yaml: setting.scenario, file: "faults.yaml")
            configuration.limits.shutdownGrace = .zero
            configuration.logger = Self.silent
            configuration.clock = clock
            configuration.received = { upstream.saw($0, at: index) }
            configuration.counted = { happenings.happened() }
            return MockServer(configuration: configuration)
        }
        let result: Result<Value, any Error>
        do {
            result = .success(try await Self.serve(setting, mocks, clock, upstream, happenings, body))
        } catch {
            result = .failure(error)
        }
        for mock in mocks { await mock.shutdown() }
        return try result.get()
    }

    private static func serve<Value: Sendable>(
        _ setting: Setting, _ mocks: [MockServer], _ clock: SteppedClock, _ upstream: UpstreamView,
        _ happenings: Happenings, _ body: @Sendable (FaultBench) async throws -> Value
    ) async throws -> Value {
        let ports = try await Self.start(mocks)
        for (mock, faults) in zip(mocks, setting.faults) { try mock.setFaults(["faults": .array(faults)]) }
        let (routes, gateway) = try Self.gateway(setting, ports: ports, clock: clock, upstream: upstream)
        let names = ModelNames(routes: routes, providers: Array(Self.names.prefix(mocks.count)))
        let runtime = Runtime(store: InMemoryExecutionStore(), gateway: gateway, logger: Self.silent)
        var options = ServerOptions(port: 0)
        setting.server(&options)
        let server = BelayServer(
            runtime: runtime,
            models: ModelAccess(
                gateway: gateway, names: names, maxBodyBytes: BadRequest.bodyLimit,
                maxAttachmentBytes: BadRequest.imageLimit),
            options: options)
        let (listening, listens) = AsyncStream<Int>.makeStream()
        let service = server.service(logger: Self.silent) { listens.yield($0) }
        let services = ServiceGroup(configuration: .init(services: [service], logger: Self.silent))
        return try await withThrowingTaskGroup { group in
            group.addTask {
                do { try await services.run() } catch is CancellationError {}
                listens.finish()
            }
            group.addTask { await upstream.sitOutWaits() }
            defer { group.cancelAll() }
            guard let port = await listening.first(where: { _ in true }) else { throw CancellationError() }
            return try await body(
                FaultBench(
                    mocks: mocks, gateway: gateway, port: port, ports: ports, clock: clock, upstream: upstream,
                    happenings: happenings, stop: { await services.triggerGracefulShutdown() }))
        }
    }

    private static func start(_ mocks: [MockServer]) async throws -> [Int] {
        var ports: [Int] = []
        for mock in mocks { ports.append(try await mock.start()) }
        return ports
    }

    private static func gateway(
        _ setting: Setting, ports: [Int], clock: SteppedClock, upstream: UpstreamView
    ) throws -> ([Route], Gateway) {
        var prices = PriceTable()
        var paths: [Route.Path] = []
        let providers = ports.enumerated().map { index, port in
            let path = ModelPath(provider: Self.names[index], model: setting.models[index])
            prices.set(Price(input: 100, output: 1_000), for: path)
            paths.append(Route.Path(path))
            var provider = ProviderSettings(
                name: path.provider, kind: setting.kinds[index], baseURL: "http://127.0.0.1:\(port)/v1",
                key: Secret("key-of-\(path.provider)"), timeouts: Self.limits)
            setting.provider(&provider)
            return provider
        }
        var route = Route(name: "default", paths: paths, cache: .off)
        var reversed = Route(name: "reversed", paths: paths.reversed(), cache: .off)
        setting.route(&route)
        setting.reversed(&reversed)
        let gateway = try Gateway(
            providers: providers, routes: [route, reversed], prices: prices, clock: clock,
            random: RandomSource(SeededGenerator(seed: 1)), report: { upstream.hears($0) })
        return ([route, reversed], gateway)
    }

    /// Sends a request and reads the answer to its end, or to its cut.
    func post(_ ask: Ask, _ body: JSON? = nil) async throws -> GatewayWorld.Reply {
        try await self.post(ask, bytes: (body ?? ask.body()).bytes())
    }

    /// - Parameter live: Gets the body as far as it has come.
    func post(_ ask: Ask, bytes: [UInt8], live: Locked<[UInt8]>? = nil) async throws -> GatewayWorld.Reply {
        let response = try await self.open(ask, bytes: bytes)
        var bytes: [UInt8] = []
        for try await part in response.body {
            bytes += part
            live?.withLock { $0 += part }
            self.happenings.happened()
        }
        return GatewayWorld.Reply(status: response.status, headers: response.headers, body: bytes)
    }

    /// Sends a request and returns with the answer's head.
    func open(_ ask: Ask, _ body: JSON) async throws -> HTTPResponse {
        try await self.open(ask, bytes: body.bytes())
    }

    private func open(_ ask: Ask, bytes: [UInt8]) async throws -> HTTPResponse {
        var request = HTTPRequest(method: "POST", url: "http://127.0.0.1:\(self.port)\(ask.path)")
        request.headers = ["content-type": "application/json"]
        request.body = bytes
        return try await AsyncHTTPTransport.shared.send(request)
    }

    /// Asks the server whether it is there.
    func checkHealth() async throws {
        let url = "http://127.0.0.1:\(self.port)/health/live"
        let response = try await AsyncHTTPTransport.shared.send(HTTPRequest(method: "GET", url: url))
        _ = try await response.body.collect(upTo: 1 << 10)
    }

    /// What the providers counted, all of them or one.
    func count(_ name: String, at provider: Int? = nil) -> Int {
        let mocks = provider.map { [self.mocks[$0]] } ?? self.mocks
        return mocks.reduce(0) { sum, mock in
            let value = mock.statistics()[name]
            return sum + (value?.intValue ?? value?["total"]?.intValue ?? 0)
        }
    }

    /// Returns once something holds of providers, gateway, clock or clients.
    func until(_ holds: () -> Bool) async throws { try await self.happenings.until(holds) }

    /// Lets a clock of each attempt run out that met a fault of time, and only then.
    func letRunOut(_ deadline: Duration) async throws {
        try await self.clock.letRunOut(
            deadline, struck: { self.count("faults") }, failed: { self.upstream.failedAttempts })
    }
}
