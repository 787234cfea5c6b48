import BelayCore
import BelayJSON
import BelayRuntime
import Hummingbird

/// What executions wait for, and the answers.
struct WaitEndpoints: Sendable {
    let runtime: Runtime

    var all: [Endpoint] { [self.list, self.show, self.answer] }

    private var list: Endpoint {
        Endpoint(
            method: .get, path: "/v1/waits", operation: "listWaits",
            summary:
                "Lists what executions wait for, the newest first: approvals, questions, hand-offs, doubts, timers.",
            parameters: [
                .query(
                    "status", ["enum": ["open", "answered", "expired", "cancelled", "any"], "default": "open"],
                    "Only with this status."),
                .query("kind", Schemas.waitKind, "Only of this kind."),
                .query("execution", ["type": "string"], "Only of this execution."), .limit, .cursor,
            ],
            answer: Schemas.page(of: Schemas.wait)
        ) { request in
            let status =
                request.query("status") == "any"
                ? nil : try request.choice("status", of: WaitRecord.Status.self, or: "any") ?? .open
            let filter = WaitFilter(
                tenant: request.client.tenant, kinds: try request.choice("kind", of: WaitKind.self).map { [$0] },
                status: status, execution: request.query("execution").map(ExecutionID.init))
            let cursor = try request.cursor(of: WaitID.self)
            let limit = try request.integer("limit", in: 1...1_000, default: 50)
            let page = try await RequestError.reading {
                try await self.runtime.store.waits(filter, after: cursor, limit: limit)
            }
            return .page(page.items.map(\.view), next: page.next)
        }
    }

    /// The wait that a request names.
    ///
    /// - Throws: `RequestError` `waitNotFound`, also for one of another tenant.
    private func wait(of request: ServerRequest) async throws -> WaitRecord {
        let id = WaitID(rawValue: try request.path("id"))
        let record = try await RequestError.reading { try await self.runtime.store.wait(id) }
        guard let record, record.user.tenant == request.client.tenant else {
            throw RequestError(StoreError.waitNotFound(id))
        }
        return record
    }

    private var show: Endpoint {
        Endpoint(
            method: .get, path: "/v1/waits/{id}", operation: "showWait", summary: "Shows a wait.",
            parameters: [.path("id", "The wait's identifier.")], answer: Schemas.wait
        ) { request in
            .json(try await self.wait(of: request).view)
        }
    }

    private var answer: Endpoint {
        Endpoint(
            method: .post, path: "/v1/waits/{id}/answer", operation: "answerWait",
            summary: "Answers a wait; the answer has to satisfy the wait's `answer_schema`. Of two answers one wins.",
            parameters: [.path("id", "The wait's identifier.")], body: Schemas.answer, answer: Schemas.wait
        ) { request in
            let fields = try await request.body(allowed: ["answer", "by"])
            let id = try await self.wait(of: request).wait.id
            let record = try await self.runtime.answer(
                id, with: try fields.required("answer"),
                by: try fields.name("by") ?? "api")
            return .json(record.view)
        }
    }
}
