import BelayCore
import BelayJSON
import BelayResilience
import BelayRuntime
import HTTPTypes
import Hummingbird

extension ExecutionEndpoints {
    func start(_ request: ServerRequest) async throws -> Response {
        let fields = try await request.body(
            allowed: ["task", "user", "session", "session_policy", "critical", "wait", "stream"])
        // Everything is checked before anything is begun.
        let streams = try fields.flag("stream")
        let seconds = try fields.number("wait", in: 0...Double(Self.longestWait)) ?? 0
        let user = try Self.user(fields, in: request.client.tenant)
        let task = StartRequest(
            agent: try request.path("agent"), task: try fields.requiredText("task"),
            user: user ?? User(User.anonymous, tenant: request.client.tenant),
            session: try fields.name("session").map(SessionID.init),
            sessionPolicy: try fields.choice("session_policy", of: SessionPolicy.self) ?? .enqueue,
            idempotencyKey: try request.idempotencyKey, isCritical: try fields.flag("critical"))
        let caller = ModelCaller(
            user: user?.id, customer: user?.customer, session: task.session?.rawValue, agent: task.agent)
        let grant = try await request.admit(caller, isTask: true)
        defer { if !streams { grant?.end() } }
        let started = try await request.start(task, for: caller, grant, on: self.runtime)
        var response = try await self.response(to: request, started, streams: streams, waiting: seconds, grant)
        response.headers.append(contentsOf: RateFields.fields(of: grant, started.standings))
        return response
    }

    private func response(
        to request: ServerRequest, _ started: StartedExecution, streams: Bool, waiting seconds: Double,
        _ grant: RateGrant?
    ) async throws -> Response {
        let id = started.head.id
        if streams { return self.stream(of: id, after: 0, for: request, grant) }
        if seconds > 0 {
            try await request.departure.ending {
                try await self.runtime.settle(id, atMost: .seconds(seconds))
            }
        }
        var response = Response.json(try await self.runtime.view(of: id), status: started.isNew ? .created : .ok)
        response.headers[.location] = "/v1/executions/\(id)"
        return response
    }

    private static func user(_ fields: RequestBodyFields, in tenant: String) throws -> User? {
        guard let user = try fields.object("user", allowed: ["id", "customer", "role"]) else { return nil }
        return User(
            try user.requiredName("id"), tenant: tenant, customer: try user.name("customer"),
            role: try user.name("role") ?? "user")
    }

    func events(_ request: ServerRequest) async throws -> Response {
        var after = try request.integer("after", in: 0...Int.max, default: 0)
        var source = "after"
        if let last = try request.header(.lastEventID) {
            guard let number = ServerRequest.number(last), number >= 0 else {
                throw Problem(
                    .badRequest, code: "parameter_invalid", "Last-Event-ID has to be the number of an event.",
                    parameter: "Last-Event-ID")
            }
            after = number
            source = "Last-Event-ID"
        }
        let limit = try request.integer("limit", in: 1...1_000, default: 100)
        let head = try await self.head(of: request)
        let id = head.id
        guard after <= head.sequence else {
            throw Problem(
                .badRequest, code: "cursor_out_of_range",
                "The execution has \(head.sequence) events; there is no event \(after) to go on from.",
                parameter: source)
        }
        if request.headers[.accept]?.contains("text/event-stream") == true {
            return self.stream(of: id, after: after, for: request)
        }
        let page = try await RequestError.reading {
            try await self.runtime.store.journal(of: id, after: after, limit: limit)
        }
        let next: JSON = page.count == limit ? page.last.map { .int(Int64($0.sequence)) } ?? .null : .null
        return .json(["items": .array(page.map(\.view)), "next": next])
    }

    private func stream(
        of id: ExecutionID, after: Int, for request: ServerRequest, _ grant: RateGrant? = nil
    ) -> Response {
        EventStream(
            feed: self.runtime.events(of: id, after: after, heartbeat: request.options.keepAlive),
            departure: request.departure, grant: grant
        ).response
    }

    func send(_ request: ServerRequest) async throws -> Response {
        let fields = try await request.body(allowed: ["text", "by"])
        let text = try fields.requiredText("text")
        let by = try fields.name("by")
        let key = try request.idempotencyKey
        let head = try await self.head(of: request)
        let id = head.id
        let caller = ModelCaller(
            user: head.user.id, customer: head.user.customer, session: head.session?.rawValue, agent: head.agent)
        let grant = try await request.admit(caller)
        defer { grant?.end() }
        do {
            var response: Response
            if try await self.runtime.answerQuestion(
                of: head, with: text, by: by ?? head.user.id, idempotencyKey: key)
            {
                response = .json(try await self.runtime.view(of: id), status: .accepted)
                response.headers.append(contentsOf: RateFields.fields(of: grant))
            } else {
                let started = try await request.start(
                    try Self.next(after: head, with: text, key: key), for: caller, grant, on: self.runtime)
                let status: HTTPResponse.Status = started.isNew ? .created : .ok
                response = .json(try await self.runtime.view(of: started.head.id), status: status)
                response.headers.append(contentsOf: RateFields.fields(of: grant, started.standings))
            }
            return response
        } catch var error as RequestError where ["task", "answer"].contains(error.parameter) {
            error.parameter = "text"  // What the client calls it.
            throw error
        }
    }

    private static func next(after head: ExecutionHead, with text: String, key: String?) throws(Problem) -> StartRequest
    {
        guard let session = head.session else {
            throw Problem(
                .conflict, code: "no_session",
                "The execution asked nothing and belongs to no session. Start one with a session to converse.")
        }
        return StartRequest(agent: head.agent, task: text, user: head.user, session: session, idempotencyKey: key)
    }
}
