import BelayCore
import BelayJSON
import BelayModels
import Testing

/// `POST /v1/messages/count_tokens`.
@Suite(.timeLimit(.minutes(5)))
struct CountTokensTests {
    private static let path = "/v1/messages/count_tokens"
    private static func body(model: String = "route/default", with changes: [String: JSON] = [:]) -> JSON {
        var body: JSON = ["model": .string(model), "messages": [["role": "user", "content": "How are you today?"]]]
        for (name, value) in changes { body[name] = value }
        return body
    }

    @Test func aProviderOfTheProtocolCounts() async throws {
        try await GatewayWorld.run { world in
            let reply = try await world.post(Self.path, Self.body())
            #expect(reply.status == 200, "\(reply.text)")
            #expect(try (reply.json["input_tokens"]?.intValue ?? 0) > 0)
            #expect(reply.headers["x-belay-count"] == "provider")
            #expect(reply.headers["x-belay-path"] == "second/m", "the first one speaks another protocol")
            #expect(reply.headers["request-id"]?.isEmpty == false)
        }
    }

    @Test func elsewhereItIsAnEstimateAndSaysSo() async throws {
        try await GatewayWorld.run { world in
            let reply = try await world.post(Self.path, Self.body(model: "first/m"))
            let request = ModelRequest(messages: [.user("How are you today?")])
            let tokens = RequestTokens(model: "m").input(of: request).expected
            #expect(try reply.json == ["input_tokens": JSON(tokens)])
            #expect((8...20).contains(tokens), "five words or so, and what is around a message")
            #expect(reply.headers["x-belay-count"] == "estimate")
            #expect(reply.headers["x-belay-path"] == nil)
            #expect(world.count("answered") == 0)
        }
    }

    @Test func aProviderThatCantBeReachedIsNoReasonToGoWithout() async throws {
        try await GatewayWorld.run(.init(kinds: [.anthropic])) { world in
            await world.mocks[0].shutdown()
            let reply = try await world.post(Self.path, Self.body())
            #expect(reply.status == 200 && reply.headers["x-belay-count"] == "estimate")
        }
    }

    @Test func whatIsWrongIsSaidByName() async throws {
        try await GatewayWorld.run(.init(agents: [.init("support", version: "1", instructions: "Help.")])) { world in
            for (body, word) in [
                (Self.body(with: ["max_tokens": 10]), "max_tokens"), (Self.body(model: "nobody"), "nobody"),
                (Self.body(model: "agent/support"), "model"), (["model": "route/default"], "messages"),
            ] {
                let reply = try await world.post(Self.path, body)
                #expect([400, 404].contains(reply.status))
                #expect(try reply.json["error"]?["message"]?.stringValue?.contains(word) == true, "\(reply.text)")
            }
        }
    }

    @Test(arguments: ["route/default", "first/m", "gpt-4o", "first/a/b"])
    func whatModelTakesIsAModel(name: String) async throws {
        try await GatewayWorld.run { world in
            let plain = try await world.get("/v1/models/\(name)")
            #expect(try plain.json["id"]?.stringValue == name && plain.json["object"] == "model")
            let escaped = try await world.get(
                "/v1/models/\(name.replacing("/", with: "%2F"))", headers: ["anthropic-version": "2023-06-01"])
            #expect(try escaped.json["id"]?.stringValue == name && escaped.json["type"] == "model")
        }
    }

    @Test func anUnknownModelIsAnErrorOfTheVendor() async throws {
        try await GatewayWorld.run { world in
            let openAI = try await world.get("/v1/models/nobody")
            #expect(try openAI.status == 404 && openAI.json["error"]?["code"] == "model_not_found")
            let anthropic = try await world.get("/v1/models/nobody", headers: ["anthropic-version": "2023-06-01"])
            #expect(try anthropic.status == 404 && anthropic.json["error"]?["type"] == "not_found_error")
        }
    }
}
