import BelayCore
import BelayJSON
import BelayLedger
import BelayModels
import BelayRuntime
import Hummingbird

/// Budgets: how they stand, other limits for some, and whether the books are right.
struct BudgetEndpoints: Sendable {
    let gateway: Gateway

    var all: [Endpoint] {
        [
            self.list, self.overrides.forOperators, self.override.forOperators, self.lines.forOperators,
            self.verify.forOperators,
        ]
    }

    private static let longestReason = 2_000

    private var list: Endpoint {
        Endpoint(
            method: .get, path: "/v1/budgets", operation: "listBudgets",
            summary: "How the budgets stand, for each of those whom they count apart; the newest periods first.",
            parameters: [
                .query("budget", Schemas.text, "Only of this budget."),
                .query("subject", Schemas.text, "Only of this user, customer, session, agent or tenant."),
                .query("tenant", Schemas.text, "Only of this tenant. A tenant's key sees its own only."), .limit,
            ], answer: Schemas.page(of: BudgetViews.standing)
        ) { request in
            let ledger = try self.gateway.openLedger()
            let filter = AccountFilter(
                budget: try self.known(request.query("budget"), in: ledger),
                tenant: try request.tenantFilter,
                subject: request.query("subject"))
            let limit = try request.integer("limit", in: 1...1_000, default: 50)
            await ledger.flush()
            let found = try await RequestError.reading { try await ledger.store.standings(filter, limit: limit) }
            return .json(["items": .array(found.map { $0.view(of: ledger.budgets) }), "next": .null])
        }
    }

    private var overrides: Endpoint {
        Endpoint(
            method: .get, path: "/v1/budgets/overrides", operation: "listBudgetOverrides",
            summary: "Every limit that was set in place of a configured one: by whom, when and why. The newest first.",
            parameters: [.query("tenant", Schemas.text, "Only of this tenant."), .limit],
            answer: Schemas.page(of: BudgetViews.override)
        ) { request in
            let ledger = try self.gateway.openLedger()
            let limit = try request.integer("limit", in: 1...1_000, default: 50)
            let tenant = request.query("tenant")
            let found = try await RequestError.reading {
                try await ledger.store.overrides(tenant: tenant, limit: limit)
            }
            return .json(["items": .array(found.map(\.view)), "next": .null])
        }
    }

    private var override: Endpoint {
        Endpoint(
            method: .post, path: "/v1/budgets/{budget}/overrides", operation: "overrideBudget",
            summary: "Sets another limit, for one of those whom the budget counts or for all. It is recorded who did.",
            parameters: [.path("budget", "The budget's name.")],
            body: [
                "type": "object", "required": ["limit", "by"], "additionalProperties": false,
                "properties": [
                    "limit": [
                        "type": "string",
                        "description":
                            "$10.00 or 500000 tokens, in the budget's unit; `configured` takes overrides back.",
                    ],
                    "subject": Schemas.name, "tenant": Schemas.name, "by": Schemas.name,
                    "expires_in": ["type": "integer", "description": "Seconds, 1 to 31,622,400; without it for good."],
                    "reason": ["type": "string", "maxLength": .int(Int64(Self.longestReason))],
                ],
            ], answer: BudgetViews.override
        ) { request in
            let ledger = try self.gateway.openLedger()
            let fields = try await request.body(
                allowed: ["limit", "subject", "tenant", "by", "expires_in", "reason"])
            let name = try self.known(try request.path("budget"), in: ledger)
            guard let budget = ledger.budgets.first(where: { $0.name == name }) else { throw Self.unknown("", ledger) }
            let override = try Self.override(of: budget, by: fields, at: SystemWallClock().now)
            try await RequestError.translating { try await ledger.store.add(override) }
            return .json(override.view)
        }
    }

    private var lines: Endpoint {
        Endpoint(
            method: .get, path: "/v1/budgets/lines", operation: "listLedgerLines",
            summary: "What was spent, attempt by attempt, the newest first.",
            parameters: [.limit, .cursor], answer: Schemas.page(of: BudgetViews.line)
        ) { request in
            let ledger = try self.gateway.openLedger()
            let limit = try request.integer("limit", in: 1...1_000, default: 50)
            let place = try request.query("cursor").map { text throws(Problem) in
                guard let number = Int64(text), number > 0 else {
                    throw Problem(
                        .badRequest, code: "cursor_invalid", "This cursor was not given out by this list.",
                        parameter: "cursor")
                }
                return number
            }
            await ledger.flush()
            let found = try await RequestError.reading { try await ledger.store.rows(before: place, limit: limit) }
            let next = found.count == limit ? found.last.map { JSON.string("\($0.number)") } : nil
            return .json(["items": .array(found.map(\.view)), "next": next ?? .null])
        }
    }

    private var verify: Endpoint {
        Endpoint(
            method: .get, path: "/v1/budgets/verify", operation: "verifyBudgets",
            summary: "Adds every line up again and compares the sums with those that the budgets carry.",
            answer: BudgetViews.verdict
        ) { _ in
            let ledger = try self.gateway.openLedger()
            return .json(try await RequestError.reading { try await ledger.store.verify() }.view)
        }
    }

    // MARK: Reading

    private func known(_ name: String?, in ledger: Ledger) throws(Problem) -> String? {
        guard let name, !ledger.budgets.contains(where: { $0.name == name }) else { return name }
        throw Self.unknown(name, ledger)
    }

    private static func unknown(_ name: String, _ ledger: Ledger) -> Problem {
        let names = ledger.budgets.map(\.name).joined(separator: ", ")
        return Problem(
            .notFound, code: "budget_not_found",
            "There is no budget \(name.prefix(64)). Known budgets: \(names.isEmpty ? "none" : names).",
            parameter: "budget")
    }

    private static func override(
        of budget: Budget, by fields: RequestBodyFields, at now: Timestamp
    ) throws -> BudgetOverride {
        let limit = try Self.limit(try fields.requiredText("limit"), of: budget)
        let seconds = try fields.number("expires_in", in: 1...31_622_400)
        let target = try Self.target(of: budget, tenant: fields.name("tenant"), subject: fields.name("subject"))
        return BudgetOverride(
            budget: budget.name, tenant: target.tenant, subject: target.subject, units: limit?.units,
            unit: budget.limit.unit,
            expires: seconds.map { now.advanced(by: .milliseconds(Int64($0 * 1_000))) },
            author: try fields.requiredName("by"), reason: try fields.text("reason", atMost: Self.longestReason) ?? "",
            created: now)
    }

    private static func target(
        of budget: Budget, tenant: String?, subject: String?
    ) throws(Problem) -> (tenant: String, subject: String?) {
        do throws(BudgetLimitProblem) { return try budget.target(tenant: tenant, subject: subject) } catch {
            throw Problem(.badRequest, code: "parameter_invalid", "subject: \(error).", parameter: "subject")
        }
    }

    private static func limit(_ text: String, of budget: Budget) throws(Problem) -> BudgetLimit? {
        do throws(BudgetLimitProblem) { return try budget.replacement(text) } catch {
            throw Problem(.badRequest, code: "parameter_invalid", "limit: \(error).", parameter: "limit")
        }
    }
}
