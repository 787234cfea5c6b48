import BelayCore
import BelayModels
import BelayResilience
import BelayTesting

/// A gateway over a scripted network, on a clock that the test moves, with everything that it reports.
struct GatewayBench {
    let clock = ManualClock()
    let transport: ScriptedTransport
    let gateway: Gateway
    let reports = Recorder<GatewayReport>()
    let retrying = Gate()
    /// Opens when a path was passed over for its open circuit.
    let held = Gate()

    /// Two providers named `a` and `b`; waits between attempts are zero unless a provider asks for more.
    init(
        _ replies: [ScriptedTransport.Reply], then last: ScriptedTransport.Reply = .status(500),
        providers: [ProviderSettings] = [Samples.provider("a"), Samples.provider("b")],
        route: Route = GatewayBench.route(), prices: PriceTable = PriceTable(),
        options: GatewayOptions = GatewayOptions(), seed: UInt64 = 1
    ) throws {
        let transport = ScriptedTransport(replies, then: last)
        self.transport = transport
        self.gateway = try Gateway(
            providers: providers, routes: [route], prices: prices, options: options, transport: transport,
            clock: self.clock, wallClock: ManualWallClock(), random: RandomSource(SeededGenerator(seed: seed))
        ) { [reports, retrying, held] report in
            reports.append(report)
            if case .retrying = report { retrying.open() }
            if case .attemptFailed(let attempt) = report, attempt.failure.kind == .circuitOpen { held.open() }
        }
    }

    static func route(
        paths: [Route.Path] = [.init("a", "m"), .init("b", "m")], attempts: Int = 6, perPath: Int = 3,
        cache: CachePolicy = .fallback, onRefusal: Route.RefusalPolicy = .stop
    ) -> Route {
        Route(
            name: "default", paths: paths, maxAttempts: attempts, maxAttemptsPerPath: perPath, backoffBase: .zero,
            cache: cache, onRefusal: onRefusal)
    }

    static func call(_ change: (inout ModelCall) -> Void = { _ in }) -> ModelCall {
        var call = ModelCall(request: Samples.question, route: "default")
        change(&call)
        return call
    }

    func result(_ call: ModelCall = GatewayBench.call()) async throws -> ModelCallResult {
        try await self.gateway.call(call, observe: nil)
    }

    /// The failure of a call that has to fail.
    func failure(_ call: ModelCall = GatewayBench.call()) async throws -> ModelCallFailure? {
        do {
            _ = try await self.gateway.call(call, observe: nil)
            return nil
        } catch let failure as ModelCallFailure {
            return failure
        }
    }

    /// Which provider each request went to.
    var sentTo: [String] {
        self.transport.requests.map { String($0.url.dropFirst("http://".count).prefix(1)) }
    }
}
