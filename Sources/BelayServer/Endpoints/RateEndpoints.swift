import BelayCore
import BelayJSON
import BelayResilience
import BelayRuntime
import Hummingbird

/// What limits clients, and who is near it. A tenant's key sees what is counted of its tenant, and of itself.
struct RateEndpoints: Sendable {
    /// Whose counts are asked for.
    private struct Selection: Sendable {
        let policies: [RatePolicy]
        let tenant: String?
        let name: String?
        let client: Client

        /// Of a policy; nil for nobody's.
        func subjects(of policy: RatePolicy) -> (tenant: String?, name: String?)? {
            guard self.policies.contains(where: { $0.name == policy.name }) else { return nil }
            // Keys are the server's, and a tenant's key sees itself.
            guard policy.scope == .key, !self.client.isOperator else { return (self.tenant, self.name) }
            guard let key = self.client.key, (self.name ?? key) == key else { return nil }
            return (nil, key)
        }
    }

    private let gate: RateGate?
    private let store: any ExecutionStore
    /// A list looks at all who are counted, and whoever asks for several at once must not keep the processor from the others.
    private let lists = Bulkhead("lists of rates", limit: 1, maxWaiting: 16)

    init(gate: RateGate?, store: any ExecutionStore) {
        self.gate = gate
        self.store = store
    }

    var all: [Endpoint] { [self.list] }

    private var list: Endpoint {
        Endpoint(
            method: .get, path: "/v1/rates", operation: "listRates",
            summary: "The rates, and who has taken how much of them: those who have most of what they may take first.",
            parameters: [
                .query("rate", Schemas.text, "Only of this rate."),
                .query("name", Schemas.text, "Only of this user, customer, key, agent or tenant."),
                .query("tenant", Schemas.text, "Only of this tenant. A tenant's key sees its own only."), .limit,
            ], answer: RateViews.page
        ) { request in
            let limit = try request.integer("limit", in: 1...1_000, default: 50)
            let selection = Selection(
                policies: try self.policies(request.query("rate")), tenant: try request.tenantFilter,
                name: request.query("name"), client: request.client)
            let counts = try await self.counts(selection, atMost: limit, for: request)
            return .json([
                "rates": .array(selection.policies.map(\.view)), "items": .array(counts.map(\.view)), "next": .null,
            ])
        }
    }

    /// Lists when it is the client's turn, as long as it waits.
    private func counts(
        _ selection: Selection, atMost limit: Int, for request: ServerRequest
    ) async throws -> [RateCount] {
        let tenant = request.client.tenant
        do {
            return try await request.departure.finishing {
                try await self.lists.withPermit(for: tenant) { try await self.counts(selection, atMost: limit) }
            }
        } catch let full as BulkheadFull {
            throw Problem(
                .tooManyRequests, code: "reports_waiting", "As many lists of rates wait as may.",
                headers: [.retryAfter: "\(max(1, full.retryAfter.components.seconds))"])
        }
    }

    private func counts(_ selection: Selection, atMost limit: Int) async throws -> [RateCount] {
        var counts =
            self.gate?.counts(atMost: limit) { policy, tenant, name in
                guard let wanted = selection.subjects(of: policy) else { return false }
                return (wanted.tenant ?? tenant) == tenant && (wanted.name ?? name) == name
            } ?? []
        for policy in selection.policies {
            guard let wanted = selection.subjects(of: policy) else { continue }
            counts += try await RequestError.reading {
                try await policy.openExecutions(
                    in: self.store, tenant: wanted.tenant, name: wanted.name, limit: limit)
            }
        }
        return Array(counts.sorted(by: RateCount.precedes).prefix(limit))
    }

    private func policies(_ name: String?) throws(Problem) -> [RatePolicy] {
        let policies = self.gate?.policies ?? []
        guard let name else { return policies }
        if let policy = policies.first(where: { $0.name == name }) { return [policy] }
        let names = policies.map(\.name).joined(separator: ", ")
        throw Problem(
            .notFound, code: "rate_not_found",
            "There is no rate \(name.prefix(64)). Known rates: \(names.isEmpty ? "none" : names).", parameter: "rate")
    }
}
