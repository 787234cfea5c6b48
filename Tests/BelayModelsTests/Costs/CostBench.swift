import BelayCore
import BelayJSON
import Testing

@testable import BelayModels

/// A gateway before a provider on a real socket, which answers as a script says.
struct CostBench {
    static let call = ModelCall(request: Samples.question, route: "default")

    let path: ModelPath
    let gateway: Gateway
    let reports = Recorder<GatewayReport>()
    private let server: ScriptedServer

    /// - Parameters:
    ///   - price: Nil takes the vendor's list price.
    ///   - scripts: One for each connection.
    init(
        _ vendor: VendorReplies.Vendor, model: String, price: Price? = nil, _ scripts: [[ScriptedServer.Turn]]
    ) throws {
        self.server = try ScriptedServer(scripts)
        self.path = ModelPath(provider: "vendor", model: model)
        let listed = PriceList.all.compactMap { $0.entry(for: model)?.price }.first
        let known: Price = try #require(price ?? listed, "\(model) has no price")
        let provider = ProviderSettings(
            name: "vendor", kind: vendor.kind, baseURL: "http://127.0.0.1:\(self.server.port)/v1", key: Secret("k"))
        var prices = PriceTable()
        prices.set(known, for: self.path)
        let route = Route(
            name: "default", paths: [.init(self.path)], maxAttempts: 3, maxAttemptsPerPath: 3, backoffBase: .zero,
            cache: .off)
        self.gateway = try Gateway(providers: [provider], routes: [route], prices: prices) {
            [reports = self.reports] in reports.append($0)
        }
    }

    func result(streamed: Bool, _ call: ModelCall = Self.call) async throws -> ModelCallResult {
        streamed
            ? try await self.gateway.stream(call, afterOutput: .restart) { _ in }
            : try await self.gateway.call(call, observe: nil)
    }

    /// What was reported to be wrong, of all attempts.
    var anomalies: Set<UsageAnomaly> {
        self.reports.all.reduce(into: []) { all, report in
            if case .usageAnomalies(_, _, let anomalies) = report { all.formUnion(anomalies) }
        }
    }
}
