import BelayCore
import BelayJSON
import BelayRuntime
import HTTPTypes
import Hummingbird

extension ExecutionEndpoints {
    func start(_ request: ServerRequest) async throws -> Response {
        let fields = try await request.body(
            allowed: ["task", "user", "session", "session_policy", "critical", "wait", "stream"])
        let started = try await self.runtime.start(
            StartRequest(
                agent: try request.path("agent"), task: try fields.requiredText("task"), user: try Self.user(fields),
                session: try fields.text("session").map(SessionID.init),
                sessionPolicy: try fields.choice("session_policy", of: SessionPolicy.self) ?? .enqueue,
                idempotencyKey: request.headers[.idempotencyKey], isCritical: try fields.flag("critical")))
        if try fields.flag("stream") { return self.stream(of: started.head.id, after: 0, for: request) }
        let seconds = try fields.number("wait", in: 0...Double(Self.longestWait)) ?? 0
        if seconds > 0 { try await self.runtime.settle(started.head.id, atMost: .seconds(seconds)) }
        return .json(try await self.view(of: started.head.id), status: started.isNew ? .created : .ok)
    }

    private static func user(_ fields: RequestBodyFields) throws -> User {
        guard let user = try fields.object("user", allowed: ["id", "customer", "role"]) else {
            return User("anonymous")
        }
        return User(
            try user.requiredText("id"), customer: try user.text("customer"), role: try user.text("role") ?? "user")
    }

    func events(_ request: ServerRequest) async throws -> Response {
        let id = ExecutionID(rawValue: try request.path("id"))
        var after = try request.integer("after", in: 0...Int.max, default: 0)
        if let last = request.headers[.lastEventID] {
            guard let number = Int(last), number >= 0 else {
                throw Problem(
                    .badRequest, code: "parameter_invalid", "Last-Event-ID has to be the number of an event.",
                    parameter: "Last-Event-ID")
            }
            after = number
        }
        guard let head = try await RequestError.translating({ try await self.runtime.store.head(of: id) }) else {
            throw RequestError(.executionNotFound, "There is no execution \(id).", parameter: "id")
        }
        guard after <= head.sequence else {
            throw Problem(
                .badRequest, code: "cursor_out_of_range",
                "The execution has \(head.sequence) events; there is nothing after \(after) yet.", parameter: "after")
        }
        if request.headers[.accept]?.contains("text/event-stream") == true {
            return self.stream(of: id, after: after, for: request)
        }
        let limit = try request.integer("limit", in: 1...1_000, default: 100)
        let page = try await RequestError.translating {
            try await self.runtime.store.journal(of: id, after: after, limit: limit)
        }
        let next: JSON = page.count == limit ? page.last.map { .int(Int64($0.sequence)) } ?? .null : .null
        return .json(["items": .array(try page.map { try $0.view }), "next": next])
    }

    private func stream(of id: ExecutionID, after: Int, for request: ServerRequest) -> Response {
        EventStream(feed: self.runtime.events(of: id, after: after, heartbeat: request.keepAlive))
            .response(to: request.raw)
    }

    func send(_ request: ServerRequest) async throws -> Response {
        let id = ExecutionID(rawValue: try request.path("id"))
        let fields = try await request.body(allowed: ["text", "by"])
        let text = try fields.requiredText("text")
        guard let head = try await RequestError.translating({ try await self.runtime.store.head(of: id) }) else {
            throw RequestError(.executionNotFound, "There is no execution \(id).", parameter: "id")
        }
        let questions = try await RequestError.translating {
            try await self.runtime.store.waits(WaitFilter(kinds: [.input], execution: id), after: nil, limit: 1)
        }
        if let question = questions.items.first {
            _ = try await self.runtime.answer(
                question.wait.id, with: ["text": .string(text)], by: try fields.text("by") ?? head.user.id)
            return .json(try await self.view(of: id), status: .accepted)
        }
        guard let session = head.session else {
            throw Problem(
                .conflict, code: "no_session",
                "The execution asked nothing and belongs to no session. Start one with a session to converse.")
        }
        let started = try await self.runtime.start(
            StartRequest(
                agent: head.agent, task: text, user: head.user, session: session,
                idempotencyKey: request.headers[.idempotencyKey]))
        return .json(try await self.view(of: started.head.id), status: .created)
    }
}
