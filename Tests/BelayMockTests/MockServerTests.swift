import BelayJSON
import Testing

@testable import BelayMock

/// The server around the answers: keys, limits, statistics, control, its end.
@Suite(.timeLimit(.minutes(5)))
struct MockServerTests {
    @Test func anyKeyWillDoButNoKeyWillNot() async throws {
        try await MockHarness.run { mock in
            let accepted = try await mock.ask(key: "anything").response?.status
            #expect(accepted == 200)
            let openAI = RawClient.post("/v1/chat/completions", "{}")
            let anthropic = RawClient.post("/v1/messages", "{}", headers: "anthropic-version: 2023-06-01\r\n")
            let first = try await RawClient.exchange(port: mock.port, openAI).response
            let second = try await RawClient.exchange(port: mock.port, anthropic).response
            #expect(first?.status == 401 && first?.json?["error"]?["type"] == "invalid_request_error")
            #expect(second?.status == 401 && second?.json?["error"]?["type"] == "authentication_error")
            #expect(mock.server.statistics()["refused"] == 2)
        }
    }

    @Test(arguments: [
        (#"{"#, "not JSON"), (#"[]"#, "must be a JSON object"), (#"{"model": "m"}"#, "messages"),
        (#"{"messages": []}"#, "model"),
        (#"{"model": "m", "messages": [{"role": "wizard", "content": "x"}]}"#, "wizard"),
        (
            #"{"model": "m", "messages": [{"role": "tool", "tool_call_id": "1", "content": "x"}]}"#,
            "preceding assistant"
        ),
        (
            #"{"model": "m", "messages": [{"role": "assistant", "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "t", "arguments": "{}"}}]}, {"role": "user", "content": "x"}]}"#,
            "c1"
        ),
        (
            #"{"model": "m", "messages": [{"role": "user", "content": "x"}], "tools": [{"type": "function", "function": {"name": "a b"}}]}"#,
            "a b"
        ),
        (#"{"model": "m", "messages": [{"role": "user", "content": 5}]}"#, "string or a list"),
    ])
    func badRequestsAreRefusedAsTheVendorDoes(body: String, part: String) async throws {
        try await MockHarness.run { mock in
            let request = RawClient.post("/v1/chat/completions", body, headers: "authorization: Bearer k\r\n")
            let response = try #require(try await RawClient.exchange(port: mock.port, request).response)
            #expect(response.status == 400)
            #expect(response.json?["error"]?["message"]?.stringValue?.contains(part) == true, "\(response.text)")
        }
    }

    @Test(arguments: [
        (#"{"model": "m", "messages": [{"role": "user", "content": "x"}]}"#, "max_tokens"),
        (#"{"model": "m", "max_tokens": 0, "messages": [{"role": "user", "content": "x"}]}"#, "max_tokens"),
        (#"{"model": "m", "max_tokens": 5, "messages": [{"role": "system", "content": "x"}]}"#, "messages.0.role"),
        (
            #"{"model": "m", "max_tokens": 5, "messages": [{"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t1"}]}]}"#,
            "tool_result"
        ),
        (
            #"{"model": "m", "max_tokens": 5, "messages": [{"role": "user", "content": "x"}], "tools": [{"name": "t"}]}"#,
            "input_schema"
        ),
    ])
    func badMessagesAreRefusedAsTheVendorDoes(body: String, part: String) async throws {
        try await MockHarness.run { mock in
            let headers = "x-api-key: k\r\nanthropic-version: 2023-06-01\r\n"
            let request = RawClient.post("/v1/messages", body, headers: headers)
            let response = try #require(try await RawClient.exchange(port: mock.port, request).response)
            #expect(response.status == 400)
            #expect(response.json?["error"]?["message"]?.stringValue?.contains(part) == true, "\(response.text)")
        }
    }

    @Test func unknownModelsPathsAndMethodsHaveTheirStatus() async throws {
        try await MockHarness.run("models: [known]") { mock in
            let known = try await mock.ask(model: "known").response?.status
            #expect(known == 200)
            let other = try await mock.ask(model: "other").response?.json?["error"]?["code"]
            #expect(other == "model_not_found")
            let key = "authorization: Bearer k\r\n"
            let path = try await RawClient.exchange(port: mock.port, RawClient.get("/v1/nothing", headers: key))
            #expect(path.response?.status == 404)
            let method = try await RawClient.exchange(port: mock.port, RawClient.get("/v1/messages", headers: key))
            #expect(method.response?.status == 405)
            let models = try await RawClient.exchange(port: mock.port, RawClient.get("/v1/models", headers: key))
            #expect(models.response?.json?["data"]?[0]?["id"] == "known")
        }
    }

    @Test func modelsWithALimitRefuseLongerInput() async throws {
        try await MockHarness.run("models: [{name: m, context_tokens: 20}]") { mock in
            let short = try await mock.ask().response?.status
            #expect(short == 200)
            let long = try await mock.ask(.openAI, String(repeating: "word ", count: 40)).response
            #expect(long?.status == 400 && long?.json?["error"]?["code"] == "context_length_exceeded")
        }
    }

    // Limits

    @Test func bodiesAndHeadersAreBounded() async throws {
        var limits = MockConfiguration.Limits()
        limits.bodyBytes = 1_000
        limits.headerBytes = 2_000
        try await MockHarness.run(limits: limits) { mock in
            let long = String(repeating: "x", count: 3_000)
            let declared = try await mock.ask(.anthropic, long).response
            #expect(declared?.status == 413 && declared?.json?["error"]?["type"] == "request_too_large")
            let chunked =
                "POST /v1/messages HTTP/1.1\r\nhost: m\r\ntransfer-encoding: chunked\r\n\r\nbb8\r\n\(long)\r\n"
            let chunkedStatus = try await RawClient.exchange(port: mock.port, chunked).response?.status
            #expect(chunkedStatus == 413)
            let headers = RawClient.get("/_mock/stats", headers: "x-long: \(long)\r\n")
            let headerStatus = try await RawClient.exchange(port: mock.port, headers).response?.status
            #expect(headerStatus == 431)
            let noise = try await RawClient.exchange(port: mock.port, "no http at all\r\n\r\n").response
            #expect(noise?.status == 400)
        }
    }

    @Test func connectionsAreBounded() async throws {
        var limits = MockConfiguration.Limits()
        limits.connections = 1
        let clock = JumpingClock(patience: .seconds(60))
        try await MockHarness.run("faults: [{kind: silence, delay: 5m}]", clock: clock, limits: limits) { mock in
            let first = Task { try await mock.ask() }
            #expect(await mock.eventually { $0["in_flight"] == 1 })
            let second = try await mock.ask()
            #expect(second.bytes.isEmpty)
            #expect(await mock.eventually { $0["connections"]?["turned_away"] == 1 })
            first.cancel()
            _ = try? await first.value
        }
    }

    @Test func oneConnectionServesManyRequestsInOrder() async throws {
        try await MockHarness.run { mock in
            var requests = ""
            for index in 1...5 {
                let body = #"{"model": "m", "messages": [{"role": "user", "content": "number \#(index)"}]}"#
                requests += RawClient.post(
                    "/v1/chat/completions", body, headers: "authorization: Bearer k\r\n", close: index == 5)
            }
            let text = try await RawClient.exchange(port: mock.port, requests).text
            let order = (1...5).compactMap { text.firstRange(of: "You said: number \($0)")?.lowerBound }
            #expect(order.count == 5 && order == order.sorted())
            #expect(mock.server.statistics()["connections"]?["total"] == 1)
        }
    }

    // Statistics and control

    @Test func statisticsCountWhatCompletedAndWhatDidNot() async throws {
        let yaml = """
            rules: [{when: {last_message: paid}, reply: {text: a, usage: {input: 10, cached: 5, output: 3, reasoning: 2}}}]
            faults: [{kind: cut, models: [cutting]}]
            """
        try await MockHarness.run(yaml) { mock in
            _ = try await mock.ask(.openAI, "paid", stream: true)
            _ = try await mock.ask(.anthropic, "paid")
            _ = try await mock.ask(.openAI, "paid", stream: true, model: "cutting")
            let stats = try await mock.control("stats")
            #expect(stats["requests"]?["total"] == 3)
            #expect(stats["requests"]?["streaming"] == 2)
            #expect(stats["requests"]?["by_model"] == ["cutting": 1, "m": 2])
            #expect(stats["requests"]?["by_path"] == ["/v1/chat/completions": 2, "/v1/messages": 1])
            #expect(stats["answered"] == 2)
            #expect(stats["faults"]?["by_kind"] == ["cut": 1])
            #expect(stats["tokens"] == ["input": 30, "output": 10, "cached": 10, "reasoning": 4])
            let log = try await mock.control("requests")["requests"]
            #expect(log?[1]?["tokens"] == ["input": 15, "output": 5])
            #expect(log?[2]?["tokens"] == .null, "an answer that is cut reports nothing")
            #expect(stats["in_flight"] == 0)
        }
    }

    @Test func theLogRemembersTheLastRequestsOnly() async throws {
        var limits = MockConfiguration.Limits()
        limits.rememberedRequests = 3
        try await MockHarness.run(limits: limits) { mock in
            for text in ["a", "b", "c", "d", "d"] { _ = try await mock.ask(.openAI, text) }
            let records = try #require(try await mock.control("requests")["requests"]?.arrayValue)
            #expect(records.compactMap { $0["number"]?.intValue } == [3, 4, 5])
            #expect(records[1]["digest"] == records[2]["digest"])
            #expect(records[0]["digest"] != records[1]["digest"])
            #expect(records.allSatisfy { $0["completed"] == true && $0["status"] == 200 && $0["fault"] == .null })
        }
    }

    @Test func faultsChangeWhileTheServerRuns() async throws {
        try await MockHarness.run { mock in
            let before = try await mock.ask().response?.status
            #expect(before == 200)
            let installed = try await mock.control("faults", ["faults": [["kind": "overloaded"]]])
            #expect(installed == ["percent": 0.0, "faults": [["kind": "overloaded", "rate": 1.0]]])
            let during = try await mock.ask().response?.status
            #expect(during == 529)
            let wrong = try await mock.control("faults", ["faults": [["kind": "overlodad"]]])
            #expect(wrong["error"]?.stringValue?.contains("did you mean 'overloaded'?") == true)
            let still = try await mock.ask().response?.status
            #expect(still == 529)
            try mock.server.setFaults(["faults": [], "percent": 0])
            let after = try await mock.ask().response?.status
            #expect(after == 200)
            let refusal = try await mock.control("faults", ["percent": 101])["error"]
            #expect(refusal != nil)
        }
    }

    // Its end

    @Test func shutdownLetsAnswersOnTheirWayEnd() async throws {
        let clock = JumpingClock(patience: .seconds(30))
        var configuration = MockConfiguration()
        configuration.clock = clock
        configuration.limits.shutdownGrace = .seconds(3_600)
        configuration.scenario = try MockScenario(yaml: "latency: {first_token: 20s}\nreply: done", file: "t")
        let server = MockServer(configuration: configuration)
        let mock = MockHarness(server: server, port: try await server.start())
        let asking = Task { try await mock.ask(stream: true) }
        #expect(await mock.eventually { $0["requests"]?["total"] == 1 })
        await server.shutdown()
        let isComplete = try await asking.value.response?.isComplete
        #expect(isComplete == true)
        await #expect(throws: (any Error).self) { try await mock.ask() }
        await #expect(throws: MockServer.AlreadyStarted.self) { try await server.start() }
    }

    @Test func shutdownEndsWhatOutlastsTheGracePeriod() async throws {
        let clock = JumpingClock(patience: .seconds(60))
        var configuration = MockConfiguration()
        configuration.clock = clock
        configuration.scenario = try MockScenario(yaml: "faults: [{kind: silence, delay: 5m}]", file: "t")
        let server = MockServer(configuration: configuration)
        let mock = MockHarness(server: server, port: try await server.start())
        let asking = Task { try await mock.ask() }
        #expect(await mock.eventually { $0["in_flight"] == 1 })
        await server.shutdown()
        #expect(try await asking.value.bytes.isEmpty)
    }

    @Test func runEndsWhenItsTaskIsCancelled() async throws {
        let server = MockServer(configuration: MockConfiguration())
        let port = try await server.start()
        let running = Task { try await server.run() }
        let mock = MockHarness(server: server, port: port)
        let status = try await mock.ask().response?.status
        #expect(status == 200)
        running.cancel()
        try await running.value
        await #expect(throws: (any Error).self) { try await mock.ask() }
    }

    @Test func aPortThatIsTakenIsAnError() async throws {
        try await MockHarness.run { mock in
            var configuration = MockConfiguration()
            configuration.port = mock.port
            let second = MockServer(configuration: configuration)
            await #expect(throws: (any Error).self) { try await second.start() }
            await second.shutdown()
        }
    }
}
