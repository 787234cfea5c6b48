import BelayCore
import BelayJSON
import BelayResilience
import BelayRuntime
import Hummingbird

/// What limits clients, and who is near it. A tenant's key sees what is counted of its tenant, and of itself.
struct RateEndpoints: Sendable {
    let gate: RateGate?
    let store: any ExecutionStore

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
            let policies = try self.policies(request.query("rate"))
            let (client, name) = (request.client, request.query("name"))
            let tenant = client.isOperator ? request.query("tenant") : client.tenant
            var counts: [RateCount] = []
            counts +=
                self.gate?.counts(atMost: limit) { policy, itsTenant, itsName in
                    policies.contains { $0.name == policy.name } && (name ?? itsName) == itsName
                        && (policy.scope == .key && !client.isOperator
                            ? itsName == client.key : (tenant ?? itsTenant) == itsTenant)
                } ?? []
            for policy in policies where policy.executions != nil {
                counts += try await self.executions(
                    of: policy, tenant: tenant, name: name, for: client, atMost: limit)
            }
            let found = counts.sorted(by: RateCount.precedes).prefix(limit)
            return .json([
                "rates": .array(policies.map(\.view)), "items": .array(found.map(\.view)), "next": .null,
            ])
        }
    }

    private func executions(
        of policy: RatePolicy, tenant: String?, name: String?, for client: Client, atMost limit: Int
    ) async throws -> [RateCount] {
        var (tenant, name) = (tenant, name)
        if policy.scope == .key, !client.isOperator {
            guard let key = client.key, (name ?? key) == key else { return [] }
            (tenant, name) = (nil, key)
        }
        return try await RequestError.reading { [tenant, name] in
            try await policy.openExecutions(in: self.store, tenant: tenant, name: name, limit: limit)
        }
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

extension RatePolicy {
    /// Who has executions that have not ended, those with most first; nobody where their number isn't limited.
    package func openExecutions(
        in store: any ExecutionStore, tenant: String?, name: String?, limit: Int
    ) async throws -> [RateCount] {
        guard let most = self.executions else { return [] }
        let found = try await store.openExecutions(
            per: self.scope.ofExecutions, tenant: tenant, name: name, limit: limit)
        return found.map { open in
            RateCount(
                scope: self.scope, tenant: open.tenant, name: open.name,
                standing: RateStanding(
                    policy: self.name, dimension: .executions, limit: most, period: nil,
                    remaining: max(0, most - open.count), capacity: most, full: .zero))
        }
    }
}
