import BelayCore
import BelayJSON
import BelayRuntime
import Hummingbird

/// Starting, observing and steering executions.
struct ExecutionEndpoints: Sendable {
    let runtime: Runtime

    /// The longest that a start waits for the outcome, in seconds.
    static let longestWait = 300
    /// The longest comment on an execution, in characters.
    static let longestComment = 10_000

    var all: [Endpoint] {
        [self.start, self.list, self.show, self.events, self.cancel, self.message, self.feedback]
    }

    /// The execution that a request names.
    ///
    /// - Throws: `RequestError` `executionNotFound`, also for one of another tenant: that it is there is none of the
    ///   client's business.
    func head(of request: ServerRequest) async throws -> ExecutionHead {
        let id = ExecutionID(rawValue: try request.path("id"))
        let head = try await self.runtime.head(of: id)
        guard head.user.tenant == request.client.tenant else { throw RequestError(StoreError.executionNotFound(id)) }
        return head
    }

    private var start: Endpoint {
        Endpoint(
            method: .post, path: "/v1/agents/{agent}/executions", operation: "startExecution",
            summary: "Gives an agent a task. Durable when this answers; with `stream`, the answer is the event stream.",
            parameters: [
                .path("agent", "The agent's name."),
                .idempotencyKey,
            ],
            body: Schemas.start, answer: Schemas.execution, streams: true
        ) { try await self.start($0) }
    }

    private var list: Endpoint {
        Endpoint(
            method: .get, path: "/v1/executions", operation: "listExecutions",
            summary: "Lists executions, the newest first.",
            parameters: [
                .query("state", Schemas.state, "Only in this state."),
                .query("agent", ["type": "string"], "Only of this agent."),
                .query("user", ["type": "string"], "Only for this user."),
                .query("session", ["type": "string"], "Only of this session."), .limit, .cursor,
            ],
            answer: Schemas.page(of: Schemas.execution)
        ) { request in
            let filter = ExecutionFilter(
                tenant: request.client.tenant,
                states: try request.choice("state", of: ExecutionState.self).map { [$0] },
                agent: request.query("agent"), user: request.query("user"),
                session: request.query("session").map(SessionID.init))
            let cursor = try request.cursor(of: ExecutionID.self)
            let limit = try request.integer("limit", in: 1...1_000, default: 50)
            let page = try await RequestError.reading {
                try await self.runtime.store.heads(filter, after: cursor, limit: limit)
            }
            return .page(page.items.map(\.view), next: page.next)
        }
    }

    private var show: Endpoint {
        Endpoint(
            method: .get, path: "/v1/executions/{id}", operation: "showExecution",
            summary: "Shows an execution with its answer, its failure, or what it waits for.",
            parameters: [.path("id", "The execution's identifier.")], answer: Schemas.execution
        ) { request in .json(try await self.runtime.view(of: try await self.head(of: request))) }
    }

    private var events: Endpoint {
        Endpoint(
            method: .get, path: "/v1/executions/{id}/events", operation: "executionEvents",
            summary: "The journal: as a page, or live as server-sent events when `Accept` is `text/event-stream`.",
            parameters: [
                .path("id", "The execution's identifier."),
                .query("after", ["type": "integer", "minimum": 0, "default": 0], "Only events with a higher number."),
                .query(
                    "limit", ["type": "integer", "minimum": 1, "maximum": 1_000, "default": 100], "Events of a page."),
                .header("Last-Event-ID", "The number of the last event seen; wins over `after`."),
            ],
            answer: Schemas.page(of: EventSchemas.reference), streams: true
        ) { try await self.events($0) }
    }

    private var cancel: Endpoint {
        Endpoint(
            method: .post, path: "/v1/executions/{id}/cancel", operation: "cancelExecution",
            summary: "Asks an execution to stop; what it did stays recorded.",
            parameters: [.path("id", "The execution's identifier.")], body: Schemas.cancel, answer: Schemas.execution
        ) { request in
            let id = try await self.head(of: request).id
            let by = try await request.body(allowed: ["by"]).name("by") ?? "api"
            try await self.runtime.cancel(id, by: by)
            return .json(try await self.runtime.view(of: id), status: .accepted)
        }
    }

    private var message: Endpoint {
        Endpoint(
            method: .post, path: "/v1/executions/{id}/messages", operation: "sendMessage",
            summary: "A further message of the user: the answer to an open question, or the next task of the session.",
            parameters: [.path("id", "The execution's identifier."), .idempotencyKey], body: Schemas.message,
            answer: Schemas.execution
        ) { try await self.send($0) }
    }

    private var feedback: Endpoint {
        Endpoint(
            method: .post, path: "/v1/executions/{id}/feedback", operation: "giveFeedback",
            summary: "What the user thought of it, from 0 to 1.",
            parameters: [.path("id", "The execution's identifier.")], body: Schemas.feedback, answer: Schemas.execution
        ) { request in
            let id = try await self.head(of: request).id
            let fields = try await request.body(allowed: ["score", "comment", "by"])
            _ = try fields.required("score")
            guard let score = try fields.number("score", in: 0...1) else {
                throw RequestError(.feedbackInvalid, "score is missing.", parameter: "score")
            }
            let comment = try fields.text("comment", atMost: Self.longestComment)
            try await self.runtime.feedback(id, score: score, comment: comment, by: try fields.name("by") ?? "api")
            return .json(try await self.runtime.view(of: id))
        }
    }
}
