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

/// A client's view of the gateway: a server on a port of this machine, and behind it two simulated providers, `first` and
/// `second`, over real HTTP.
struct GatewayWorld: Sendable {
    /// How the providers are spoken to.
    struct Setting: Sendable {
        var kinds: [ProviderSettings.Kind] = [.openAI, .anthropic]
        var scenario = "reply: Good morning."
        var timeouts = PhaseLimits()
        var attempts = 6
        var keys: [APIKey] = []
        /// What limits clients.
        var rates: RateGate?
        /// Called with each request that a provider gets.
        var received: @Sendable (ReceivedRequest) -> Void = { _ in }
        /// What works behind the gateway, too; with agents the runtime drives executions.
        var agents: [Agent] = []
        /// Whether what they are given is worked on from the beginning.
        var drives = true
        /// How long a client waits for an agent.
        var agentPatience = Duration.seconds(600)
        /// How long while its models don't answer.
        var outagePatience = Duration.seconds(30)
        /// Between signs of life on a silent stream.
        var keepAlive = Duration.seconds(15)
        /// Changes what would be the providers, one for each simulated one, and the route over them.
        var adjust: @Sendable (inout [ProviderSettings], inout Route) -> Void = { _, _ in }
        var cache = CachePolicy.fallback
        var policy = Route.Policy.ordered
        var options = GatewayOptions()
        var prices = PriceTable.listed
        var clock: any Clock<Duration> = ContinuousClock()
        var wallClock: any WallClock = SystemWallClock()
        var random = RandomSource()
    }

    struct Reply: Sendable {
        var status: Int
        var headers: HTTPHeaderFields
        var body: [UInt8]

        var json: JSON { get throws { try JSON.parse(self.body) } }
        var text: String { String(decoding: self.body, as: UTF8.self) }
        /// The data of each event of a stream.
        var events: [String] {
            get throws {
                var parser = ServerSentEventParser(maxEventBytes: 1 << 20)
                return try parser.append(self.body).compactMap { item in
                    if case .event(let event) = item { event.data } else { nil }
                }
            }
        }
    }

    let mocks: [MockServer]
    /// What the providers count.
    private let happenings: Happenings
    let gateway: Gateway
    let runtime: Runtime
    let port: Int

    private static let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    private static let names = ["first", "second"]

    static func run(
        _ setting: Setting = Setting(), _ body: @Sendable (GatewayWorld) async throws -> Void
    ) async throws {
        let happenings = Happenings()
        let mocks = try setting.kinds.map { _ in
            var configuration = MockConfiguration()
            configuration.scenario = try MockScenario(yaml: setting.scenario, file: "gateway.yaml")
            configuration.limits.shutdownGrace = .zero
            configuration.logger = Self.silent
            configuration.received = setting.received
            configuration.counted = { happenings.happened() }
            return MockServer(configuration: configuration)
        }
        let result: Result<Void, any Error>
        do {
            result = .success(try await Self.serve(setting, mocks, happenings, body))
        } catch {
            result = .failure(error)
        }
        for mock in mocks { await mock.shutdown() }
        try result.get()
    }

    private static func serve(
        _ setting: Setting, _ mocks: [MockServer], _ happenings: Happenings,
        _ body: @Sendable (GatewayWorld) async throws -> Void
    ) async throws {
        var providers: [ProviderSettings] = []
        for (index, mock) in mocks.enumerated() {
            let port = try await mock.start()
            providers.append(
                ProviderSettings(
                    name: Self.names[index], kind: setting.kinds[index], baseURL: "http://127.0.0.1:\(port)/v1",
                    key: Secret("mock"), timeouts: setting.timeouts))
        }
        var route = Route(
            name: "default", paths: providers.map { .init($0.name, "m") }, policy: setting.policy,
            maxAttempts: setting.attempts, backoffBase: .zero, cache: setting.cache)
        setting.adjust(&providers, &route)
        let routes = [route]
        try await Self.run(
            providers: providers, routes: routes, setting: setting, mocks: mocks, happenings: happenings, body)
    }

    /// - Parameters:
    ///   - mocks: Those of the providers that this test watches.
    ///   - happenings: What they count.
    static func run(
        providers: [ProviderSettings], routes: [Route], setting: Setting = Setting(), mocks: [MockServer] = [],
        happenings: Happenings = Happenings(), _ body: @Sendable (GatewayWorld) async throws -> Void
    ) async throws {
        let gateway = try Gateway(
            providers: providers, routes: routes, prices: setting.prices, options: setting.options,
            clock: setting.clock,
            wallClock: setting.wallClock, random: setting.random)
        let names = ModelNames(
            routes: routes, providers: providers.map(\.name), agents: setting.agents.map(\.definition.name),
            aliases: [.init("gpt-*", "\(providers[0].name)/gpt-*")]
                + setting.agents.map { .init("helper", "agent/\($0.definition.name)") })
        let runtime = Runtime(
            store: InMemoryExecutionStore(), gateway: gateway,
            options: RuntimeOptions(pollInterval: .milliseconds(5), streamsAlways: true), logger: Self.silent)
        for agent in setting.agents { try runtime.register(agent) }
        if !setting.agents.isEmpty, setting.drives { runtime.runInBackground() }
        let server = BelayServer(
            runtime: runtime,
            models: ModelAccess(
                gateway: gateway, names: names, maxBodyBytes: 1 << 20, agentPatience: setting.agentPatience,
                outagePatience: setting.outagePatience),
            options: ServerOptions(port: 0, keys: setting.keys, keepAlive: setting.keepAlive, rates: setting.rates))
        let (ports, listening) = AsyncStream<Int>.makeStream()
        let service = server.service(logger: Self.silent) { listening.yield($0) }
        let services = ServiceGroup(configuration: .init(services: [service], logger: Self.silent))
        try await withThrowingTaskGroup { group in
            group.addTask {
                do { try await services.run() } catch is CancellationError {}
                listening.finish()
            }
            defer { group.cancelAll() }
            guard let port = await ports.first(where: { _ in true }) else { return }
            try await body(
                GatewayWorld(mocks: mocks, happenings: happenings, gateway: gateway, runtime: runtime, port: port))
        }
        await runtime.shutdown()
    }

    /// Sends a request and reads the answer to its end, or to its cut.
    func post(_ path: String, _ body: JSON, headers: [String: String] = [:]) async throws -> Reply {
        try await self.post(path, bytes: body.bytes(), headers: headers)
    }

    func post(_ path: String, bytes: [UInt8], headers: [String: String] = [:]) async throws -> Reply {
        let response = try await AsyncHTTPTransport.shared.send(self.request(path, bytes, headers))
        let body = try await response.body.collect(upTo: 64 << 20)
        return Reply(status: response.status, headers: response.headers, body: body)
    }

    func get(_ path: String, headers: [String: String] = [:]) async throws -> Reply {
        var request = self.request(path, [], headers)
        request.method = "GET"
        let response = try await AsyncHTTPTransport.shared.send(request)
        let body = try await response.body.collect(upTo: 1 << 20)
        return Reply(status: response.status, headers: response.headers, body: body)
    }

    func request(_ path: String, _ bytes: [UInt8], _ headers: [String: String] = [:]) -> HTTPRequest {
        var request = HTTPRequest(method: "POST", url: "http://127.0.0.1:\(self.port)\(path)")
        request.headers = ["content-type": "application/json"]
        for (name, value) in headers { request.headers[name] = value }
        request.body = bytes
        return request
    }

    /// What the providers counted.
    func count(_ what: String, at provider: Int = 0) -> Int {
        self.mocks[provider].statistics()[what]?.intValue ?? -1
    }

    /// Returns once a provider's counters are as they have to be.
    func until(_ provider: Int = 0, _ holds: (JSON) -> Bool) async throws {
        try await self.happenings.until { holds(self.mocks[provider].statistics()) }
    }
}
