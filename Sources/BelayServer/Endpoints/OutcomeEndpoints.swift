import BelayCore
import BelayJSON
import BelayModels
import BelayRouting
import BelayRuntime
import Hummingbird

/// What became of model calls: asked for, and judged late.
struct OutcomeEndpoints: Sendable {
    let gateway: Gateway

    var all: [Endpoint] {
        [self.list.forOperators, self.summary.forOperators, self.show, self.judge, self.routes.forOperators]
    }

    private var outcomes: OutcomeBook { self.gateway.outcomes }

    /// No window of a summary is longer.
    private static let longestWindow = Duration.seconds(366 * 86_400)

    private var list: Endpoint {
        Endpoint(
            method: .get, path: "/v1/outcomes", operation: "listOutcomes",
            summary: "What became of model calls, the newest first.",
            parameters: [
                .query("task", ["type": "string"], "Only of this task."),
                .query("path", ["type": "string"], "Only of this path: PROVIDER/MODEL."),
                .query(
                    "since", ["type": "string"],
                    "Only of calls that ended since: a duration before now, such as 1h, or milliseconds since 1970."),
                .limit, .cursor,
            ], answer: Schemas.page(of: Self.outcome)
        ) { request in
            let filter = OutcomeFilter(
                task: request.query("task"), path: try Self.path(of: request), since: try Self.since(request))
            let limit = try request.integer("limit", in: 1...1_000, default: 50)
            let place = try request.query("cursor").map { text throws(Problem) in
                guard let place = OutcomePlace(text) else {
                    throw Problem(
                        .badRequest, code: "cursor_invalid", "This cursor was not given out by this list.",
                        parameter: "cursor")
                }
                return place
            }
            // One more than asked for shows whether there is another page.
            let found = try await RequestError.reading {
                try await self.outcomes.outcomes(filter, before: place, limit: limit + 1)
            }
            let next = found.count > limit ? JSON.string(found[limit - 1].place.description) : .null
            return .json(["items": .array(found.prefix(limit).map(\.json)), "next": next])
        }
    }

    private var summary: Endpoint {
        Endpoint(
            method: .get, path: "/v1/outcomes/summary", operation: "summarizeOutcomes",
            summary: "How each path did: calls, success, cost and time.",
            parameters: [
                .query("task", ["type": "string"], "Only of this task."),
                .query("path", ["type": "string"], "Only of this path: PROVIDER/MODEL."),
                .query(
                    "window", ["type": "string", "default": "1h"], "How far back: a duration such as 15m, 1h or 7d."),
            ], answer: OutcomeSummary.schema
        ) { request in
            let text = request.query("window") ?? "1h"
            guard let window = Self.duration(text), window <= Self.longestWindow else {
                throw Self.invalid("window", "a duration such as 15m, 1h or 7d, at most 366d")
            }
            let filter = OutcomeFilter(
                task: request.query("task"), path: try Self.path(of: request),
                since: SystemWallClock().now.advanced(by: .zero - window))
            let summary = try await RequestError.reading { try await self.outcomes.summary(filter) }
            return .json(summary.json)
        }
    }

    private var routes: Endpoint {
        Endpoint(
            method: .get, path: "/v1/routes", operation: "listRoutes",
            summary: "The routes, how each chooses among its paths, and what those that learn have learned.",
            answer: Schemas.page(of: RouteOverview.schema)
        ) { _ in .json(["items": .array(self.gateway.overview.map(\.json)), "next": .null]) }
    }

    /// The outcome that a request names, unless another tenant's call had it.
    private func outcome(of request: ServerRequest) async throws -> CallOutcome {
        let id = try request.path("id")
        let found = try await RequestError.reading { try await self.outcomes.outcome(named: id) }
        guard let found, found.tenant == request.client.tenant else { throw Self.unknown(id) }
        return found
    }

    private var show: Endpoint {
        Endpoint(
            method: .get, path: "/v1/outcomes/{id}", operation: "showOutcome",
            summary: "What became of one model call.",
            parameters: [.path("id", "The outcome's name: X-Belay-Outcome of the answer.")], answer: Self.outcome
        ) { request in
            .json(try await self.outcome(of: request).json)
        }
    }

    private var judge: Endpoint {
        Endpoint(
            method: .post, path: "/v1/outcomes/{id}", operation: "judgeOutcome",
            summary:
                "Says whether an answer did what it was for, or corrects what was said before. The last word counts.",
            parameters: [.path("id", "The outcome's name: X-Belay-Outcome of the answer.")],
            body: [
                "type": "object", "required": ["success"], "additionalProperties": false,
                "properties": [
                    "success": [
                        "anyOf": [["type": "boolean"], ["type": "number", "minimum": 0, "maximum": 1]],
                        "description": "True or 1 for right, false or 0 for useless.",
                    ]
                ],
            ], answer: Self.outcome
        ) { request in
            let fields = try await request.body(allowed: ["success"])
            let value = try fields.required("success")
            let success = value.boolValue.map { $0 ? 1 : 0 } ?? value.doubleValue
            guard let success, (0...1).contains(success) else {
                throw Self.invalid("success", "true, false or a number from 0 to 1")
            }
            let id = try await self.outcome(of: request).id
            let judged = try await RequestError.translating {
                try await self.outcomes.judge(id, success: success)
            }
            guard let judged else { throw Self.unknown(id) }
            return .json(judged.json)
        }
    }
}

extension OutcomeEndpoints {
    /// As in a line of a log of outcomes, so that what is read here can be replayed.
    private static let outcome: JSON = [
        "type": "object", "required": ["id", "task", "path", "time", "latency_ms"],
        "properties": [
            "id": Schemas.text, "revision": Schemas.count, "task": Schemas.text, "path": Schemas.text,
            "time": ["type": "integer", "description": "Milliseconds since 1970."],
            "success": ["type": "number", "minimum": 0, "maximum": 1], "latency_ms": Schemas.count,
            "cost_nano_usd": Schemas.count, "usage": ["type": "object"], "error": Schemas.text,
            "context": ["type": "object"], "decision": ["type": "object"],
        ],
    ]

    private static func path(of request: ServerRequest) throws(Problem) -> ModelPath? {
        guard let text = request.query("path") else { return nil }
        guard let path = ModelPath(text) else { throw Self.invalid("path", "PROVIDER/MODEL") }
        return path
    }

    private static func since(_ request: ServerRequest) throws(Problem) -> Timestamp? {
        guard let text = request.query("since") else { return nil }
        if let window = Self.duration(text), window <= Self.longestWindow {
            return SystemWallClock().now.advanced(by: .zero - window)
        }
        guard let time = ServerRequest.number(text) else {
            throw Self.invalid("since", "a duration such as 1h, at most 366d, or milliseconds since 1970")
        }
        return Timestamp(milliseconds: Int64(time))
    }

    /// A whole number and a unit, as in a configuration.
    private static func duration(_ text: String) -> Duration? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard digits.utf8.count <= 9, let count = Int64(digits) else { return nil }
        switch text.dropFirst(digits.count) {
        case "ms": return .milliseconds(count)
        case "s": return .seconds(count)
        case "m": return .seconds(count * 60)
        case "h": return .seconds(count * 3_600)
        case "d": return .seconds(count * 86_400)
        default: return nil
        }
    }

    private static func unknown(_ id: String) -> Problem {
        Problem(
            .notFound, code: "outcome_not_found", "There is no outcome \(id.prefix(128)), or no more.", parameter: "id")
    }

    private static func invalid(_ name: String, _ words: String) -> Problem {
        Problem(.badRequest, code: "parameter_invalid", "\(name) has to be \(words).", parameter: name)
    }
}
