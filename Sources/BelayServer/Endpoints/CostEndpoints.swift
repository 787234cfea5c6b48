import BelayCore
import BelayJSON
import BelayLedger
import BelayModels
import BelayResilience
import BelayRuntime
import Hummingbird

/// What was spent, added up, and what that makes in a month. A tenant's key sees its own.
struct CostEndpoints: Sendable {
    let gateway: Gateway
    /// A report reads all lines of its time, and whoever asks for several at once must not keep the store from the others.
    private let reports = Bulkhead("reports of costs", limit: 1, maxWaiting: 16)

    init(gateway: Gateway) { self.gateway = gateway }

    var all: [Endpoint] { [self.costs, self.projection] }

    private static let selection: [Endpoint.Parameter] =
        [
            .query("since", ["type": "string", "default": "30d"], "From when on: \(CostTime.words)."),
            .query("until", Schemas.text, "Before when, likewise. Default: now."),
        ]
        + CostQuery.filters.map { dimension in
            .query(dimension.rawValue, Schemas.text, "Only of this \(dimension.rawValue).")
        }

    private var costs: Endpoint {
        Endpoint(
            method: .get, path: "/v1/costs", operation: "listCosts",
            summary: "What was spent, and spared, by whom and for what; who costs most first.",
            parameters: [
                .query(
                    "by", ["type": "string", "default": "model"],
                    "What costs are told apart by, with commas between: \(Self.dimensionNames).")
            ] + Self.selection + [
                .query(
                    "limit", ["type": "integer", "minimum": 1, "maximum": 10_000, "default": 1_000],
                    "At most so many groups.")
            ], answer: CostViews.report
        ) { request in
            let limit = try request.integer("limit", in: 1...CostReport.mostGroups, default: 1_000)
            let report = try await self.report(by: try Self.dimensions(request), request)
            return .json(report.view(atMost: limit))
        }
    }

    private var projection: Endpoint {
        Endpoint(
            method: .get, path: "/v1/costs/projection", operation: "projectCosts",
            summary: "What a month costs with 100, 10,000 and 100,000 users a day, and what that takes for granted.",
            parameters: Self.selection + [
                .query(
                    "sessions_per_user", Schemas.text,
                    "Sessions of a user on a day, such as 1.5. Default: as many as were observed, else 1.")
            ], answer: CostViews.projection
        ) { request in
            let rate = try request.query("sessions_per_user").map { text throws(Problem) in
                guard let rate = CostProjection.rate(text) else {
                    throw Self.invalid("sessions_per_user", CostProjection.rateWords)
                }
                return rate
            }
            return .json(CostProjection(try await self.report(by: [], request), sessionsPerUser: rate).view)
        }
    }

    private func report(by dimensions: [CostDimension], _ request: ServerRequest) async throws -> CostReport {
        let ledger = try self.gateway.openLedger()
        var query = CostQuery(
            by: dimensions, since: try Self.time("since", request, default: "30d"),
            until: try Self.time("until", request, default: nil))
        if query.isEmptySpan { throw Self.invalid("since", "before until") }
        for dimension in CostQuery.filters { query.filter[dimension] = request.query(dimension.rawValue) }
        query.filter[.tenant] = try request.tenantFilter
        await ledger.flush()
        let (asked, tenant) = (query, request.client.tenant)
        do {
            return try await request.departure.finishing {
                try await self.reports.withPermit(for: tenant) {
                    try await RequestError.reading { try await ledger.store.costs(asked) }
                }
            }
        } catch let error as TooManyCostGroups {
            throw Problem(.badRequest, code: "groups_too_many", "\(error)", parameter: "by")
        } catch let full as BulkheadFull {
            throw Problem(
                .tooManyRequests, code: "reports_waiting", "As many reports of costs wait as may.",
                headers: [.retryAfter: "\(max(1, full.retryAfter.components.seconds))"])
        }
    }

    private static let dimensionNames = CostDimension.allCases.map(\.rawValue).joined(separator: ", ")

    private static func dimensions(_ request: ServerRequest) throws(Problem) -> [CostDimension] {
        guard let found = CostDimension.list(request.query("by") ?? CostDimension.model.rawValue) else {
            throw Self.invalid("by", "some of \(Self.dimensionNames), each once, with commas between")
        }
        return found
    }

    private static func time(
        _ name: String, _ request: ServerRequest, default standard: String?
    ) throws(Problem) -> Timestamp? {
        guard let text = request.query(name) ?? standard else { return nil }
        guard let time = CostTime.parse(text, now: SystemWallClock().now) else {
            throw Self.invalid(name, CostTime.words)
        }
        return time
    }

    private static func invalid(_ name: String, _ words: String) -> Problem {
        Problem(.badRequest, code: "parameter_invalid", "\(name) has to be \(words).", parameter: name)
    }
}
