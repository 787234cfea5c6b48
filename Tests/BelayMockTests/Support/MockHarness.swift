import BelayJSON
import BelayMock

/// A server on a free port and requests to it.
struct MockHarness {
    enum Vendor: CaseIterable { case openAI, anthropic, responses }

    let server: MockServer
    let port: Int

    /// Runs `body` against a server with this scenario, and shuts the server down.
    static func run(
        _ yaml: String = "", clock: (any Clock<Duration>)? = nil, percent: Double? = nil, seed: UInt64? = nil,
        limits: MockConfiguration.Limits = .init(), _ body: (MockHarness) async throws -> Void
    ) async throws {
        var configuration = MockConfiguration()
        configuration.scenario = try MockScenario(yaml: yaml, file: "test.yaml")
        configuration.clock = clock ?? JumpingClock()
        configuration.faultsPercent = percent
        configuration.seed = seed
        configuration.limits = limits
        configuration.unixSeconds = { 784_111_777 }  // Sun, 06 Nov 1994 08:49:37 GMT
        let server = MockServer(configuration: configuration)
        let harness = MockHarness(server: server, port: try await server.start())
        do {
            try await body(harness)
        } catch {
            await server.shutdown()
            throw error
        }
        await server.shutdown()
    }

    /// One fault, always.
    static func run(
        fault: String, reply: String = Self.reply, _ body: (MockHarness) async throws -> Void
    ) async throws {
        try await Self.run("faults: [{\(fault)}]\nreply: \(reply)", body)
    }

    static let reply = "one two three four five six seven eight nine ten eleven twelve"
    static let callReply = "{tool_calls: [{name: look, arguments: {order_id: 1234, deep: true}}]}"

    func ask(
        _ vendor: Vendor = .openAI, _ text: String = "hi", stream: Bool = false, model: String = "m",
        key: String = "sk-test", until enough: @escaping @Sendable ([UInt8]) -> Bool = { _ in false }
    ) async throws -> RawClient.Received {
        var body: JSON = [
            "model": .string(model), "stream": .bool(stream), "messages": [["role": "user", "content": .string(text)]],
        ]
        if vendor == .anthropic { body["max_tokens"] = 500 }
        if vendor == .responses {
            body = ["model": .string(model), "stream": .bool(stream), "input": .string(text)]
        }
        return try await self.send(vendor, body, key: key, until: enough)
    }

    func send(
        _ vendor: Vendor, _ body: JSON, key: String = "sk-test",
        until enough: @escaping @Sendable ([UInt8]) -> Bool = { _ in false }
    ) async throws -> RawClient.Received {
        let request =
            switch vendor {
            case .openAI:
                RawClient.post(
                    "/v1/chat/completions", body.serialized(), headers: "authorization: Bearer \(key)\r\n")
            case .responses:
                RawClient.post("/v1/responses", body.serialized(), headers: "authorization: Bearer \(key)\r\n")
            case .anthropic:
                RawClient.post(
                    "/v1/messages", body.serialized(),
                    headers: "x-api-key: \(key)\r\nanthropic-version: 2023-06-01\r\n")
            }
        return try await RawClient.exchange(port: self.port, request, until: enough)
    }

    func control(_ path: String, _ body: JSON? = nil) async throws -> JSON {
        let request = body.map { RawClient.post("/_mock/\(path)", $0.serialized()) } ?? RawClient.get("/_mock/\(path)")
        return try await RawClient.exchange(port: self.port, request).response?.json ?? .null
    }

    /// Asks again until `holds`: for what happens on the server's side after the client has gone.
    func eventually(_ holds: (JSON) -> Bool) async -> Bool {
        for _ in 0..<100_000 {
            if holds(self.server.statistics()) { return true }
            await Task.yield()
        }
        return false
    }
}
