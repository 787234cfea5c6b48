import BelayCore
import BelayHTTP
import BelayJSON
import BelayModels
import BelayResilience
import Testing

/// What a client of the gateway gets, in each protocol, and what the providers see of it.
@Suite(.timeLimit(.minutes(5)))
struct GatewayHTTPTests {
    /// Which of its parameters no model takes.
    @Test(arguments: Ask.all.filter { $0.wire != .responses })
    func whatTheModelDoesNotTakeIsNamed(ask: Ask) async throws {
        let name = ask.wire == .messages ? "stop_sequences" : "stop"
        try await GatewayWorld.run(.init(kinds: [.openAIResponses])) { world in
            let reply = try await world.post(ask.path, ask.body(with: [name: ["END"]]))
            #expect(reply.status == 400, "\(reply.text)")
            if ask.wire == .messages {
                #expect(try reply.json["error"]?["message"]?.stringValue?.hasPrefix("stop_sequences: ") == true)
            } else {
                #expect(try reply.json["error"]?["param"] == "stop", "\(reply.text)")
            }
            #expect(reply.headers["x-belay-attempts"] == "0" && world.count("answered") == 0)
        }
    }

    @Test(arguments: Ask.all)
    func anAnswerComesInTheClientsProtocol(ask: Ask) async throws {
        for kind in ProviderSettings.Kind.allCases {
            try await GatewayWorld.run(.init(kinds: [kind])) { world in
                let reply = try await world.post(ask.path, ask.body())
                #expect(reply.status == 200, "\(reply.text)")
                #expect(try ask.text(of: reply) == "Good morning.", "\(reply.text)")
                if ask.streams { #expect(try ask.isWhole(reply)) }
                #expect(reply.headers["x-belay-path"] == "first/m")
                #expect(reply.headers["x-belay-attempts"] == "1")
                #expect(reply.headers[ask.wire == .messages ? "request-id" : "x-request-id"]?.isEmpty == false)
                #expect(reply.headers["x-belay-cost-usd"] == (ask.streams ? nil : "unknown"))
            }
        }
    }

    @Test(arguments: Ask.all)
    func aProviderThatFailsIsReplacedBeforeAnythingIsShown(ask: Ask) async throws {
        try await GatewayWorld.run { world in
            try world.mocks[0].setFaults(["faults": [["kind": "server_error"]]])
            let reply = try await world.post(ask.path, ask.body())
            #expect(reply.status == 200)
            #expect(try ask.text(of: reply) == "Good morning.")
            #expect(reply.headers["x-belay-path"] == "second/m")
            #expect(reply.headers["x-belay-attempts"] == "4")
        }
    }

    @Test(arguments: Ask.all.filter(\.streams))
    func aStreamThatBreaksOffNeverLooksWhole(ask: Ask) async throws {
        let scenario = "reply: \(String(repeating: "All is well. ", count: 50))"
        try await GatewayWorld.run(.init(scenario: scenario)) { world in
            for mock in world.mocks { try mock.setFaults(["faults": [["kind": "cut"]]]) }
            let reply = try await world.post(ask.path, ask.body())
            #expect(reply.status == 200)
            #expect(try !ask.isWhole(reply), "\(reply.text)")
            #expect(reply.text.contains("error") || reply.text.contains("response.failed"), "\(reply.text)")
            #expect(world.gateway.statistics.attempts == 1, "what was shown can't be taken back")
        }
    }

    @Test(arguments: Ask.all)
    func whenNobodyAnswersTheClientGetsItsVendorsError(ask: Ask) async throws {
        try await GatewayWorld.run(.init(attempts: 2)) { world in
            for mock in world.mocks { try mock.setFaults(["faults": [["kind": "overloaded"]]]) }
            let reply = try await world.post(ask.path, ask.body())
            let json = try reply.json
            #expect(reply.headers["content-type"] == "application/json")
            #expect(reply.headers["x-should-retry"] == "false", "two attempts were made here")
            if ask.wire == .messages {
                #expect(reply.status == 529 && json["type"] == "error", "\(reply)")
                #expect(json["request_id"]?.stringValue == reply.headers["request-id"])
                #expect(json["error"]?["type"] == "overloaded_error")
            } else {
                #expect(reply.status == 503 && json["error"]?["type"] == "server_error", "\(reply)")
            }
        }
    }

    @Test(arguments: Ask.all)
    func whatIsWrongWithARequestIsSaidInTheVendorsForm(ask: Ask) async throws {
        try await GatewayWorld.run(.init(keys: [APIKey("a-key-of-a-test", name: "test")])) { world in
            func error(_ reply: GatewayWorld.Reply) throws -> String {
                try #require(reply.json["error"]?["message"]?.stringValue, "\(reply.text)")
            }
            let key = ["authorization": "Bearer a-key-of-a-test"]
            let unknown = try await world.post(ask.path, ask.body(model: "gpt5"), headers: key)
            #expect(unknown.status == 404)
            #expect(try error(unknown).contains("gpt5"))
            let keyless = try await world.post(ask.path, ask.body())
            #expect(keyless.status == 401)
            #expect(try error(keyless).contains("API key"))
            let broken = try await world.post(ask.path, bytes: Array("{\"model\":".utf8), headers: key)
            #expect(broken.status == 400)
            #expect(try error(broken).contains("JSON"))
            let large = try await world.post(ask.path, ask.body(String(repeating: "x", count: 1 << 20)), headers: key)
            #expect(large.status == 413)
            #expect(try error(large).contains("1048576"))
            var odd = ask.body()
            odd["bogus"] = 1
            let parameter = try await world.post(ask.path, odd, headers: key)
            #expect(parameter.status == 400)
            #expect(try error(parameter).contains("bogus"))
            let stakes = try await world.post(
                ask.path, ask.body(), headers: key.merging(["x-belay-criticality": "high"]) { $1 })
            #expect(stakes.status == 400)
            #expect(try error(stakes).contains("X-Belay-Criticality"))
            #expect(world.count("answered") == 0 && world.gateway.statistics.calls == 0)
        }
    }

    @Test(arguments: Ask.all)
    func aClientThatLeavesEndsTheProvidersWork(ask: Ask) async throws {
        let scenario = "reply: {text: Never read., latency: {first_token: 50s}}"
        try await GatewayWorld.run(.init(kinds: [.openAI], scenario: scenario)) { world in
            let asking = Task {
                _ = try await AsyncHTTPTransport.shared.send(world.request(ask.path, ask.body().bytes()))
            }
            try await world.until { $0["in_flight"] == 1 }
            asking.cancel()
            try await world.until { $0["client_disconnects"] == 1 && $0["in_flight"] == 0 }
            _ = await asking.result
        }
    }

    @Test(arguments: Ask.all)
    func aModelIsAskedForByAnyOfItsNames(ask: Ask) async throws {
        try await GatewayWorld.run { world in
            for (name, path) in [
                ("default", "first/m"), ("second/other", "second/other"), ("gpt-4o", "first/gpt-4o"), ("m", "first/m"),
            ] {
                let reply = try await world.post(ask.path, ask.body(model: name))
                #expect(reply.headers["x-belay-path"] == path, "\(reply.text)")
            }
        }
    }

    @Test(arguments: [false, true])
    func whatOnlyTheClientsVendorKnowsReachesItsProvidersOnly(streams: Bool) async throws {
        let ask = Ask(wire: .chatCompletions, streams: streams)
        try await GatewayWorld.run(.init(kinds: [.anthropic, .openAI])) { world in
            let reply = try await world.post(ask.path, ask.body(with: ["logprobs": true]))
            #expect(reply.status == 200 && reply.headers["x-belay-path"] == "second/m", "\(reply.text)")
            let elsewhere = try await world.post(ask.path, ask.body(model: "first/m", with: ["logprobs": true]))
            #expect(elsewhere.status == 400)
            #expect(try elsewhere.json["error"]?["param"] == "logprobs")
            #expect(world.count("answered") == 0)
        }
    }

    @Test func usageThatWasNotAskedForIsCountedAndNotShown() async throws {
        let ask = Ask(wire: .chatCompletions, streams: true)
        try await GatewayWorld.run(.init(kinds: [.openAI])) { world in
            let asked = try await world.post(ask.path, ask.body())
            let silent = try await world.post(ask.path, ask.body(with: ["stream_options": nil]))
            func usages(_ reply: GatewayWorld.Reply) throws -> Int {
                try reply.events.dropLast().count { try JSON.parse($0)["usage"]?.isNull == false }
            }
            #expect(try usages(asked) == 1 && usages(silent) == 0, "\(silent.text)")
            #expect(try silent.events.last == "[DONE]")
            let path = ModelPath(provider: "first", model: "m")
            let usage = try #require(world.gateway.statistics.paths[path]?.usage)
            #expect(usage.output > 0 && usage.output % 2 == 0, "both were counted")
        }
    }

    @Test func theNamesAreListedInTheClientsForm() async throws {
        try await GatewayWorld.run { world in
            let names = ["route/default", "first/m", "second/m"]
            let openAI = try await world.get("/v1/models").json
            #expect(openAI["object"] == "list")
            #expect(openAI["data"]?.arrayValue?.compactMap { $0["id"]?.stringValue } == names)
            let anthropic = try await world.get("/v1/models", headers: ["anthropic-version": "2023-06-01"]).json
            #expect(anthropic["has_more"] == false)
            #expect(anthropic["data"]?.arrayValue?.compactMap { $0["id"]?.stringValue } == names)
        }
    }

    @Test func anthropicsFormHasPages() async throws {
        try await GatewayWorld.run { world in
            func page(_ query: String) async throws -> JSON {
                try await world.get("/v1/models?\(query)", headers: ["anthropic-version": "2023-06-01"]).json
            }
            let first = try await page("limit=2")
            #expect(first["data"]?.arrayValue?.compactMap { $0["id"]?.stringValue } == ["route/default", "first/m"])
            #expect(first["has_more"] == true && first["last_id"] == "first/m")
            let last = try await page("limit=2&after_id=first/m")
            #expect(last["has_more"] == false && last["first_id"] == "second/m" && last["last_id"] == "second/m")
            let before = try await page("before_id=second%2Fm&limit=1")
            #expect(before["has_more"] == true && before["first_id"] == "first/m")
            for query in ["limit=0", "limit=1001", "after_id=zz", "after_id=first/m&before_id=second/m", "page=2"] {
                let refusal = try await page(query)
                #expect(
                    refusal["error"]?["type"] == "invalid_request_error" && refusal["type"] == "error", "\(refusal)")
            }
            let plain = try await world.get("/v1/models?limit=2")
            #expect(try plain.status == 400 && plain.json["error"]?["code"] != nil, "\(plain.text)")
        }
    }

    @Test func bothVendorsPathsSpeakTheirClientsForm() async throws {
        try await GatewayWorld.run(.init(keys: [APIKey("a-key-of-a-test", name: "test")])) { world in
            for path in ["/v1/models", "/v1/models/first/m"] {
                let anthropic = try await world.get(path, headers: ["anthropic-version": "2023-06-01"])
                #expect(try anthropic.status == 401 && anthropic.json["error"]?["type"] == "authentication_error")
                #expect(anthropic.headers["request-id"] != nil)
                let openAI = try await world.get(path)
                #expect(try openAI.status == 401 && openAI.json["error"]?["code"] == "invalid_api_key")
            }
            let key = ["x-api-key": "a-key-of-a-test"]
            let messages = try await world.get("/v1/messages", headers: key)
            #expect(try messages.status == 405 && messages.json["type"] == "error", "\(messages.text)")
            #expect(messages.headers["allow"] == "POST, OPTIONS")
            let chat = try await world.get("/v1/chat/completions", headers: key)
            #expect(try chat.status == 405 && chat.json["error"]?["type"] == "invalid_request_error", "\(chat.text)")
        }
    }

    @Test(arguments: Ask.all.filter { !$0.streams }, ["", "Expect: 100-continue\r\n"])
    func aBodyThatIsSaidToBeTooLargeIsRefusedInTheVendorsForm(ask: Ask, expectation: String) async throws {
        try await GatewayWorld.run { world in
            let head = "POST \(ask.path) HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1048577\r\n\(expectation)\r\n"
            let answer = try await RawExchange.run(port: world.port, Array(head.utf8))
            #expect(answer.hasPrefix("HTTP/1.1 413 "), "\(answer)")
            let type = ask.wire == .messages ? "request_too_large" : "invalid_request_error"
            #expect(answer.contains("\"type\":\"\(type)\"") && answer.contains("1048576"), "\(answer)")
            let name = ask.wire == .messages ? "\r\nrequest-id: " : "\r\nx-request-id: "
            #expect(answer.contains(name), "\(answer)")
        }
    }

    @Test(arguments: Ask.all.filter { !$0.streams })
    func whoStopsSendingTooSoonIsToldSo(ask: Ask) async throws {
        var setting = GatewayWorld.Setting()
        setting.scenario = "reply: {text: Never read., latency: {first_token: 50s}}"
        try await GatewayWorld.run(setting) { world in
            let body = ask.body().bytes()
            let head = "POST \(ask.path) HTTP/1.1\r\nHost: localhost\r\nContent-Length: \(body.count)\r\n\r\n"
            let answer = try await RawExchange.run(port: world.port, Array(head.utf8) + body, endsSending: true)
            #expect(answer.hasPrefix("HTTP/1.1 400 ") && answer.contains("Keep it until the answer"), "\(answer)")
        }
    }

    /// What passes the checks goes out as it came: a provider could take the other value of a repeated key, which nobody
    /// checked, and Anthropic's refuse what OpenAI's take.
    @Test(arguments: Ask.all.filter { !$0.streams })
    func whatAProviderWouldReadOtherwiseOrRefuseGoesNowhere(ask: Ask) async throws {
        try await GatewayWorld.run { world in
            let whole = ask.body().serialized()
            let repeated = "{\"temperature\": 9," + whole.dropFirst().dropLast() + ", \"temperature\": 1}"
            let reply = try await world.post(ask.path, bytes: Array(repeated.utf8))
            #expect(reply.status == 400 && reply.text.contains("key"), "\(reply.text)")

            let tool: JSON =
                switch ask.wire {
                case .chatCompletions: ["type": "function", "function": ["name": "look"]]
                case .messages: ["name": "look", "input_schema": ["type": "object"]]
                case .responses: ["type": "function", "name": "look"]
                }
            let twins = try await world.post(ask.path, ask.body(with: ["tools": [tool, tool]]))
            #expect(twins.status == 400 && twins.text.contains("same name"), "\(twins.text)")
            if ask.wire == .messages {
                let system: JSON = [["role": "system", "content": "Be kind."]]
                let silent = try await world.post(ask.path, ask.body(with: ["messages": system]))
                #expect(silent.status == 400 && silent.text.contains("role 'system'"), "\(silent.text)")
            }
            #expect(world.gateway.statistics.calls == 0)
        }
    }
}
