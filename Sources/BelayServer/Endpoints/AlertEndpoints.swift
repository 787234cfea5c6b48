import BelayCore
import BelayJSON
import BelayLedger
import BelayModels
import Hummingbird

/// What a person has to know about spending. A tenant's key sees what is about its tenant.
struct AlertEndpoints: Sendable {
    let gateway: Gateway

    var all: [Endpoint] { [self.list] }

    private var list: Endpoint {
        Endpoint(
            method: .get, path: "/v1/alerts", operation: "listAlerts",
            summary: "What was worth an alert since this server began, the newest first; at most 1,000 are kept.",
            parameters: [.limit], answer: Schemas.page(of: AlertViews.alert)
        ) { request in
            let ledger = try self.gateway.openLedger()
            let limit = try request.integer("limit", in: 1...1_000, default: 50)
            await ledger.flush()
            let client = request.client
            let seen = ledger.recentAlerts(1_000).filter { client.isOperator || $0.tenant == client.tenant }
            return .json(["items": .array(seen.prefix(limit).map(\.view)), "next": .null])
        }
    }
}
