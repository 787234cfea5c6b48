import BelayJSON
import HTTPTypes
import Hummingbird
import NIOCore

/// A request with its parts read and checked.
struct ServerRequest: Sendable {
    let raw: Request
    private let context: ServerContext
    private let parameters: QueryParameters
    let options: ServerOptions

    /// - Throws: `Problem` for parameters that `endpoint` doesn't have.
    init(_ raw: Request, _ context: ServerContext, for endpoint: Endpoint, options: ServerOptions) throws(Problem) {
        self.raw = raw
        self.context = context
        self.options = options
        let known = endpoint.parameters.filter { $0.place == "query" }.map(\.name)
        self.parameters = try QueryParameters(raw.uri.query, known: known)
    }

    var headers: HTTPFields { self.raw.headers }

    /// A part of the path.
    func path(_ name: String) throws -> String {
        guard let decoded = try self.context.parameters.require(name).percentDecoded else {
            throw Problem(
                .badRequest, code: "parameter_invalid", "\(name) is not UTF-8 in percent-encoding.", parameter: name)
        }
        return decoded
    }

    func query(_ name: String) -> String? { self.parameters[name] }

    /// For work that ends when its client is gone.
    var departure: Departure { Departure(channel: self.context.channel, grace: self.options.grace) }

    /// The client's name for this very request, so that it can be sent again safely.
    var idempotencyKey: String? {
        get throws(Problem) {
            guard let key = self.headers[.idempotencyKey] else { return nil }
            guard (1...255).contains(key.count) else {
                throw Problem(
                    .badRequest, code: "parameter_invalid", "Idempotency-Key has to have 1 to 255 characters.",
                    parameter: "Idempotency-Key")
            }
            return key
        }
    }

    func integer(_ name: String, in range: ClosedRange<Int>, default standard: Int) throws -> Int {
        guard let text = self.query(name) else { return standard }
        guard let value = Int(text), range.contains(value) else {
            throw Problem(
                .badRequest, code: "parameter_invalid",
                "\(name) has to be a whole number from \(range.lowerBound) to \(range.upperBound).", parameter: name)
        }
        return value
    }

    func choice<Value: RawRepresentable<String> & CaseIterable>(_ name: String, of type: Value.Type) throws -> Value? {
        guard let text = self.query(name) else { return nil }
        guard let value = Value(rawValue: text) else {
            let known = Value.allCases.map(\.rawValue).joined(separator: ", ")
            throw Problem(
                .badRequest, code: "parameter_invalid", "\(name) has to be one of: \(known).", parameter: name)
        }
        return value
    }

    /// The body as an object with no other keys than `allowed`. No body at all is an object without keys, so that a
    /// request whose fields are all optional can do without, and another one is told which field it lacks.
    func body(allowed: Set<String>) async throws -> RequestBodyFields {
        var request = self.raw
        let buffer: ByteBuffer
        do {
            buffer = try await request.collectBody(upTo: self.options.maxBodyBytes)
        } catch let error as HTTPError where error.status == .contentTooLarge {
            throw self.tooLarge
        } catch is NIOTooManyBytesError {
            throw self.tooLarge
        }
        guard buffer.readableBytes > 0 else { return try RequestBodyFields([:], allowed: allowed, path: "") }
        let json: JSON
        do {
            json = try JSON.parse(
                Array(buffer.readableBytesView),
                limits: JSON.Limits(depth: self.options.maxDepth, bytes: self.options.maxBodyBytes))
        } catch {
            throw Problem(
                .badRequest, code: "body_not_json",
                "The body is not acceptable JSON: \(error.reason) (line \(error.line), column \(error.column)).")
        }
        return try RequestBodyFields(json, allowed: allowed, path: "")
    }

    private var tooLarge: Problem {
        Problem(
            .contentTooLarge, code: "body_too_large",
            "The body is larger than \(self.options.maxBodyBytes) bytes.")
    }
}
