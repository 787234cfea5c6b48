import BelayHTTP
import BelayJSON

/// Requests to a server of this machine.
struct API: Sendable {
    struct Reply: Sendable {
        var status: Int
        var text: String

        var json: JSON { (try? JSON.parse(self.text)) ?? .null }
    }

    let url: String

    func get(_ path: String) async throws -> Reply { try await self.send("GET", path) }

    func post(_ path: String, _ body: JSON, headers: HTTPHeaderFields = [:]) async throws -> Reply {
        try await self.post(path, bytes: body.bytes(), headers: headers)
    }

    func post(_ path: String, bytes: [UInt8], headers: HTTPHeaderFields = [:]) async throws -> Reply {
        try await self.send("POST", path, headers: headers, body: bytes)
    }

    private func send(
        _ method: String, _ path: String, headers: HTTPHeaderFields = [:], body: [UInt8] = []
    ) async throws -> Reply {
        let response = try await self.response(method, path, headers: headers, body: body)
        return Reply(status: response.status, text: String(decoding: try await response.body.collect(), as: UTF8.self))
    }

    /// The response as soon as its head is there.
    func response(
        _ method: String, _ path: String, headers: HTTPHeaderFields = [:], body: [UInt8] = []
    ) async throws -> HTTPResponse {
        var headers = headers
        if !body.isEmpty { headers["Content-Type"] = "application/json" }
        return try await AsyncHTTPTransport.shared.send(
            HTTPRequest(
                method: method, url: self.url + path, headers: headers, body: body, maxResponseBytes: 64 << 20))
    }

    /// Gives the clerk a task.
    ///
    /// - Returns: The execution's identifier.
    func start(_ task: String, key: String? = nil) async throws -> String {
        var headers: HTTPHeaderFields = [:]
        if let key { headers["Idempotency-Key"] = key }
        let reply = try await self.post("/v1/agents/clerk/executions", ["task": .string(task)], headers: headers)
        guard let id = reply.json["id"]?.stringValue else { throw Patience.Exhausted(description: reply.text) }
        return id
    }

    /// The execution once it is in this state.
    func execution(_ id: String, in state: String) async throws -> JSON {
        var last = JSON.null
        return try await Patience.wait(for: "\(id) to be \(state)", circumstances: { last.serialized() }) {
            last = try await self.get("/v1/executions/\(id)").json
            // A plain nil would be a JSON null, which is something.
            return last["state"]?.stringValue == state ? last : JSON?.none
        }
    }

    /// The whole journal, of up to a thousand events.
    func journal(of id: String) async throws -> [JSON] {
        try await self.get("/v1/executions/\(id)/events?limit=1000").json["items"]?.arrayValue ?? []
    }
}
