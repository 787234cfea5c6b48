import Foundation

/// A request for a chat completion as Swift programs would declare it for Foundation's coders.
struct ChatRequest: Codable {
    struct Message: Codable {
        var role: String
        var content: String
    }

    struct Tool: Codable {
        struct Function: Codable {
            var name: String
            var description: String
            /// Any JSON Schema, so nothing that could be declared.
            var parameters: FreeForm
        }

        var type: String
        var function: Function
    }

    var model: String
    var temperature: Double
    var maxTokens: Int
    var stream: Bool
    var messages: [Message]
    var tools: [Tool]

    private enum CodingKeys: String, CodingKey {
        case model, temperature, stream, messages, tools
        case maxTokens = "max_tokens"
    }

    /// A conversation of about `bytes` bytes of JSON.
    static func make(bytes: Int) throws -> ChatRequest {
        var request = ChatRequest(
            model: "gpt-4.1-mini", temperature: 0.2, maxTokens: 512, stream: true,
            messages: [Message(role: "system", content: "You answer questions about orders.")],
            tools: (0..<(bytes > 5_000 ? 8 : 1)).map(Self.tool))
        let encoder = JSONEncoder()
        while try encoder.encode(request).count < bytes {
            let turn = request.messages.count
            let text =
                "Turn \(turn): the kettle from \"Northbound\" is still on its way.\nIt was due on Tuesday — naïve, I know. "
            request.messages.append(
                Message(
                    role: turn.isMultiple(of: 2) ? "assistant" : "user",
                    content: String(repeating: text, count: bytes > 5_000 ? 6 : 1)))
        }
        return request
    }

    private static func tool(_ number: Int) -> Tool {
        let property = FreeForm.object(
            ["type": .string("string"), "description": .string("The number on the invoice")])
        return Tool(
            type: "function",
            function: Tool.Function(
                name: "look_up_order_\(number)", description: "Looks an order up",
                parameters: .object([
                    "type": .string("object"), "properties": .object(["number": property]),
                    "required": .array([.string("number")]),
                ])))
    }
}
