import BelayIngress
import BelayJSON
import Testing

/// A request that is wrong, and what the client has to be told of it.
struct BadRequest: Sendable, CustomTestStringConvertible {
    var name: String
    var wire: IngressProtocol
    var bytes: [UInt8]
    var status = 400
    /// What the error names, as the vendor writes it; nil when the body as a whole is at fault.
    var parameter: String?

    var testDescription: String { "\(self.name), \(self.wire.rawValue)" }

    /// Bytes that a request may have here, and one of its images.
    static let bodyLimit = 1 << 20
    static let imageLimit = 256 << 10

    static let all: [BadRequest] = IngressProtocol.allCases.flatMap { Self.parameters(of: $0) + Self.bodies(of: $0) }

    private static func parameters(of wire: IngressProtocol) -> [BadRequest] {
        let ask = Ask(wire: wire, streams: false)
        func wrong(_ name: String, _ parameter: String, status: Int = 400, _ changes: [String: JSON?]) -> BadRequest {
            BadRequest(
                name: name, wire: wire, bytes: ask.body(with: changes).bytes(), status: status, parameter: parameter)
        }
        let (schema, schemaPlace) = Self.brokenOutputSchema(wire)
        let (tool, toolPlace) = Self.brokenTool(wire)
        let (image, imagePlace) = Self.hugeImage(wire)
        let (orphan, orphanPlace) = Self.orphanedResult(wire)
        let conversation = wire == .responses ? "input" : "messages"
        return [
            wrong("no model", "model", ["model": nil]),
            wrong("a model that is no text", "model", ["model": 5]),
            wrong("a model that there isn't", "model", status: 404, ["model": "gpt-99"]),
            wrong("an unknown parameter", "temprature", ["temprature": 0.5]),
            wrong("a schema that is none", schemaPlace, schema),
            wrong("a tool with an invalid schema", toolPlace, ["tools": [tool]]),
            wrong("an image that is too large", imagePlace, [conversation: [["role": "user", "content": [image]]]]),
            wrong("a result of no call", orphanPlace, [conversation: orphan]),
        ]
    }

    private static func bodies(of wire: IngressProtocol) -> [BadRequest] {
        let ask = Ask(wire: wire, streams: false)
        var latin = ask.body("Caf_").bytes()
        if let place = latin.firstIndex(of: UInt8(ascii: "_")) { latin[place] = 0xE9 }
        let deep = String(repeating: "[", count: 5_000) + String(repeating: "]", count: 5_000)
        return [
            BadRequest(name: "no JSON", wire: wire, bytes: Array("{\"model\": ".utf8)),
            BadRequest(name: "no object", wire: wire, bytes: Array("[]".utf8)),
            BadRequest(name: "invalid UTF-8", wire: wire, bytes: latin),
            BadRequest(
                name: "deep nesting", wire: wire, bytes: Array("{\"model\":\"default\",\"metadata\":\(deep)}".utf8)),
            BadRequest(
                name: "a body over the limit", wire: wire,
                bytes: ask.body(String(repeating: "x", count: Self.bodyLimit)).bytes(), status: 413),
        ]
    }

    private static func brokenOutputSchema(_ wire: IngressProtocol) -> ([String: JSON?], String) {
        let schema: JSON = ["type": "no type of any schema"]
        return switch wire {
        case .chatCompletions:
            (
                ["response_format": ["type": "json_schema", "json_schema": ["name": "a", "schema": schema]]],
                "response_format.json_schema.schema"
            )
        case .messages:
            (["output_config": ["format": ["type": "json_schema", "schema": schema]]], "output_config.format.schema")
        case .responses:
            (["text": ["format": ["type": "json_schema", "name": "a", "schema": schema]]], "text.format.schema")
        }
    }

    private static func brokenTool(_ wire: IngressProtocol) -> (JSON, String) {
        let schema: JSON = ["type": "object", "properties": 5]
        return switch wire {
        case .chatCompletions:
            (["type": "function", "function": ["name": "t", "parameters": schema]], "tools[0].function.parameters")
        case .messages: (["name": "t", "input_schema": schema], "tools.0.input_schema")
        case .responses: (["type": "function", "name": "t", "parameters": schema], "tools[0].parameters")
        }
    }

    private static func hugeImage(_ wire: IngressProtocol) -> (JSON, String) {
        let data = String(repeating: "A", count: Self.imageLimit * 2)
        let url = JSON.string("data:image/png;base64,\(data)")
        return switch wire {
        case .chatCompletions:
            (["type": "image_url", "image_url": ["url": url]], "messages[0].content[0].image_url.url")
        case .messages:
            (
                ["type": "image", "source": ["type": "base64", "media_type": "image/png", "data": .string(data)]],
                "messages.0.content.0.source.data"
            )
        case .responses: (["type": "input_image", "image_url": url], "input[0].content[0].image_url")
        }
    }

    private static func orphanedResult(_ wire: IngressProtocol) -> (JSON, String) {
        switch wire {
        case .chatCompletions:
            (
                [["role": "user", "content": "Hi"], ["role": "tool", "tool_call_id": "call_1", "content": "12"]],
                "messages[1]"
            )
        case .messages:
            (
                [["role": "user", "content": [["type": "tool_result", "tool_use_id": "call_1", "content": "12"]]]],
                "messages.0.content.0"
            )
        case .responses: ([["type": "function_call_output", "call_id": "call_1", "output": "12"]], "input")
        }
    }

    /// What is wrong with what the client got; nil when nothing is.
    func mismatch(_ reply: GatewayWorld.Reply) throws -> String? {
        guard reply.status == self.status else { return "status \(reply.status): \(reply.text)" }
        return try self.mismatch(inBody: reply.json)
    }

    func mismatch(inBody json: JSON) -> String? {
        guard let error = json["error"], let message = error["message"]?.stringValue, !message.isEmpty,
            let type = error["type"]?.stringValue
        else { return "no error of its vendor: \(json.serialized())" }
        if self.wire == .messages {
            guard json["type"] == "error" else { return "not in Anthropic's form" }
            guard let parameter else { return nil }
            return message.hasPrefix(parameter) ? nil : "it doesn't name \(parameter): \(message)"
        }
        guard type == "invalid_request_error", let named = error["param"] else { return "not in OpenAI's form" }
        guard let parameter else { return named.isNull ? nil : "it names \(named)" }
        return named.stringValue?.hasPrefix(parameter) == true ? nil : "it names \(named), not \(parameter)"
    }
}
