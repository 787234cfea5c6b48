import BelayCore
import BelayHTTP
import BelayJSON
import Testing

@testable import BelayIngress

/// Small pieces that many tests need.
enum Samples {
    static let stamp = AnswerStamp(token: "t0ken", created: Timestamp(milliseconds: 1_700_000_000_999))

    static func request(_ wire: IngressProtocol, usage: Bool = true, signatures: Bool = true) -> IngressRequest {
        var request = IngressRequest(wire: wire, model: "route/default", request: ModelRequest(messages: []))
        request.includesUsage = usage
        request.includesSignatures = signatures
        request.echo = ResponsesEcho.members(of: [:])
        return request
    }

    static func stream(_ writer: any IngressStreamWriter, _ events: [ModelStreamEvent]) -> [UInt8] {
        var writer = writer
        return events.flatMap { writer.write($0) }
    }

    /// What a client's parser makes of the bytes of a stream.
    static func events(_ bytes: [UInt8]) throws -> [ServerSentEvent] {
        var parser = ServerSentEventParser()
        return try parser.append(bytes).compactMap { if case .event(let event) = $0 { event } else { nil } }
    }

    static func json(_ bytes: [UInt8]) throws -> [JSON] {
        try self.events(bytes).filter { $0.data != "[DONE]" }.map { try JSON.parse($0.data) }
    }
}

extension IngressProtocol {
    func read(_ json: JSON, limits: IngressLimits = IngressLimits()) throws(IngressProblem) -> IngressRequest {
        try self.read(json.bytes(), limits: limits, reasoningOrigin: "p")
    }

    /// Why a body is refused; nil when it isn't.
    func problem(_ json: JSON, limits: IngressLimits = IngressLimits()) -> IngressProblem? {
        do throws(IngressProblem) {
            _ = try self.read(json, limits: limits)
            return nil
        } catch {
            return error
        }
    }

    /// The least that is a request.
    var minimal: JSON {
        switch self {
        case .chatCompletions: ["model": "m", "messages": [["role": "user", "content": "Hi"]]]
        case .messages: ["model": "m", "max_tokens": 9, "messages": [["role": "user", "content": "Hi"]]]
        case .responses: ["model": "m", "input": "Hi"]
        }
    }

    func minimal(with name: String, _ value: JSON?) -> JSON {
        var body = self.minimal
        body[name] = value
        return body
    }
}
