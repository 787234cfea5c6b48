import BelayCore
import BelayIngress
import BelayJSON
import BelayMock
import BelayModels
import BelayResilience
import Testing

/// Reasoning goes through a client of another protocol back to the provider that wrote it, and to no other.
@Suite(.timeLimit(.minutes(5)))
struct ReasoningOriginTests {
    /// The bodies that providers got.
    private final class Bodies: Sendable {
        private let all = Locked<[JSON]>([])
        var last: JSON? { self.all.withLock { $0.last } }
        func note(_ request: ReceivedRequest) throws {
            let json = try JSON.parse(request.body)
            self.all.withLock { $0.append(json) }
        }
    }

    /// The blocks of an answer in Anthropic's protocol, put together if it was streamed.
    private static func blocks(_ reply: GatewayWorld.Reply, streams: Bool) throws -> [JSON] {
        guard streams else { return try reply.json["content"]?.arrayValue ?? [] }
        var blocks: [Int: JSON] = [:]
        for event in try reply.events.map({ try JSON.parse($0) }) {
            guard let index = event["index"]?.intValue else { continue }
            if let block = event["content_block"] { blocks[index] = block }
            for (delta, member) in [("thinking", "thinking"), ("signature", "signature"), ("text", "text")] {
                guard let text = event["delta"]?[delta]?.stringValue else { continue }
                let before = blocks[index]?[member]?.stringValue ?? ""
                blocks[index]?[member] = .string(before + text)
            }
        }
        return blocks.sorted { $0.key < $1.key }.map(\.value)
    }

    @Test(arguments: [false, true])
    func itFindsItsWayBackThroughAnotherProtocol(streams: Bool) async throws {
        let bodies = Bodies()
        let setting = GatewayWorld.Setting(
            kinds: [.openAIResponses, .anthropic], scenario: "reply: {text: Yes., usage: {reasoning: 5}}",
            received: { try? bodies.note($0) })
        try await GatewayWorld.run(setting) { world in
            func ask(_ model: String, _ messages: [JSON]) async throws -> GatewayWorld.Reply {
                try await world.post(
                    "/v1/messages",
                    ["model": .string(model), "max_tokens": 99, "stream": .bool(streams), "messages": .array(messages)])
            }
            let hello: JSON = ["role": "user", "content": "Hello"]
            let first = try await ask("first/gpt-5", [hello])
            let blocks = try Self.blocks(first, streams: streams)
            #expect(blocks.map { $0["type"] } == ["thinking", "text"], "\(first.text)")
            let signature = try #require(blocks.first?["signature"]?.stringValue)
            #expect(signature.hasPrefix("belay:first/"))

            let turn: JSON = ["role": "assistant", "content": .array(blocks)]
            let again: JSON = ["role": "user", "content": "And now?"]
            let second = try await ask("first/gpt-5", [hello, turn, again])
            #expect(second.status == 200, "\(second.text)")
            let items = bodies.last?["input"]?.arrayValue ?? []
            let thoughts = items.first { $0["type"] == "reasoning" }
            #expect(thoughts?["encrypted_content"]?.stringValue == String(signature.dropFirst("belay:first/".count)))

            let elsewhere = try await ask("second/claude-sonnet-4-5", [hello, turn, again])
            #expect(elsewhere.status == 200, "\(elsewhere.text)")
            #expect(bodies.last?["messages"]?[1]?["content"]?.arrayValue?.map { $0["type"] } == ["text"])
        }
    }

    @Test func whatAClientOfTheSameProtocolGotRawGoesBackRaw() async throws {
        let bodies = Bodies()
        let setting = GatewayWorld.Setting(
            kinds: [.openAIResponses], scenario: "reply: {text: Yes., usage: {reasoning: 5}}",
            received: { try? bodies.note($0) })
        try await GatewayWorld.run(setting) { world in
            let include: JSON = ["reasoning.encrypted_content"]
            let first = try await world.post("/v1/responses", ["model": "first/m", "input": "Hi", "include": include])
            let output = try #require(try first.json["output"]?.arrayValue)
            #expect(output.first?["encrypted_content"]?.stringValue?.hasPrefix("mock-thoughts-") == true)
            let user: JSON = ["role": "user", "content": "And?"]
            let second = try await world.post(
                "/v1/responses", ["model": "first/m", "input": .array(output + [user]), "include": include])
            #expect(second.status == 200, "\(second.text)")
            #expect(bodies.last?["input"]?[0] == output.first)
        }
    }
}
