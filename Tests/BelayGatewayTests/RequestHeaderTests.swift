import BelayIngress
import BelayJSON
import Testing

/// What a client says of its request in headers that Belay doesn't know.
@Suite(.timeLimit(.minutes(5)))
struct RequestHeaderTests {
    private static func message(of reply: GatewayWorld.Reply) throws -> String {
        try reply.json["error"]?["message"]?.stringValue ?? ""
    }

    @Test(arguments: Ask.all)
    func aMisspelledHeaderIsRefusedWithTheNearestOne(ask: Ask) async throws {
        try await GatewayWorld.run { world in
            let wrong = try await world.post(ask.path, ask.body(), headers: ["X-Belay-Costumer": "acme"])
            #expect(wrong.status == 400)
            let message = try Self.message(of: wrong)
            #expect(message.lowercased().hasPrefix("x-belay-costumer is not a header of belay."), "\(message)")
            #expect(message.contains("Did you mean X-Belay-Customer? Known: X-Belay-Task, "), "\(message)")
            let answers = try await world.post(ask.path, ask.body(), headers: ["X-Belay-Outcome": "out_1"])
            #expect(try answers.status == 400 && Self.message(of: answers).contains("is a header of answers"))
            #expect(world.count("answered") == 0)
            let known = ["X-Belay-Customer": "acme", "X-Other": "1", "X-Belayed": "2"]
            #expect(try await world.post(ask.path, ask.body(), headers: known).status == 200)
        }
    }

    @Test func soDoEmbeddingsAndCounts() async throws {
        try await GatewayWorld.run { world in
            let bodies: [String: JSON] = [
                "/v1/embeddings": ["model": "route/default", "input": "a text"],
                "/v1/messages/count_tokens": [
                    "model": "route/default", "messages": [["role": "user", "content": "a text"]],
                ],
            ]
            for (path, body) in bodies {
                let wrong = try await world.post(path, body, headers: ["x-belay-tsak": "a"])
                #expect(try wrong.status == 400 && Self.message(of: wrong).contains("X-Belay-Task?"), "\(wrong.text)")
                #expect(try await world.post(path, body, headers: ["x-belay-task": "a"]).status == 200)
            }
        }
    }
}
