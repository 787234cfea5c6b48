import BelayJSON
import HTTPTypes
import Hummingbird
import NIOCore

/// A request with its parts read and checked.
struct ServerRequest: Sendable {
    let raw: Request
    private let context: ServerContext
    private let limits: ServerOptions

    init(_ raw: Request, _ context: ServerContext, limits: ServerOptions) {
        self.raw = raw
        self.context = context
        self.limits = limits
    }

    var keepAlive: Duration { self.limits.keepAlive }
    var headers: HTTPFields { self.raw.headers }

    /// A part of the path.
    func path(_ name: String) throws -> String { try self.context.parameters.require(name) }

    func query(_ name: String) -> String? { self.raw.uri.queryParameters[Substring(name)].map(String.init) }

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

    /// The body as an object with no other keys than `allowed`.
    func body(allowed: Set<String>) async throws -> RequestBodyFields {
        var request = self.raw
        let buffer: ByteBuffer
        do {
            buffer = try await request.collectBody(upTo: self.limits.maxBodyBytes)
        } catch let error as HTTPError where error.status == .contentTooLarge {
            throw self.tooLarge
        } catch is NIOTooManyBytesError {
            throw self.tooLarge
        }
        let json: JSON
        do {
            json = try JSON.parse(
                Array(buffer.readableBytesView),
                limits: JSON.Limits(depth: self.limits.maxDepth, bytes: self.limits.maxBodyBytes))
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
            "The body is larger than \(self.limits.maxBodyBytes) bytes.")
    }
}
