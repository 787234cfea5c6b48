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
    /// Whose key let it in.
    let client: Client
    /// Where starts of executions wait for one another; nil where nothing limits how many are open.
    let line: StartLine?

    /// - Throws: `Problem` for parameters that `endpoint` doesn't have, and where the client may not use it.
    init(
        _ raw: Request, _ context: ServerContext, for endpoint: Endpoint, options: ServerOptions, line: StartLine?
    ) throws(Problem) {
        self.raw = raw
        self.context = context
        self.options = options
        self.line = line
        // Health checks are answered whatever key they have.
        self.client = if case .known(let client) = context.client { client } else { .stranger }
        if endpoint.isForOperators, !self.client.isOperator { throw Problem.notForTenants }
        let known = endpoint.parameters.filter { $0.place == "query" }.map(\.name)
        self.parameters = try QueryParameters(raw.uri.query, known: known)
    }

    /// Unique; the same that the log has.
    var id: String { self.context.requestID }

    var headers: HTTPFields { self.raw.headers }

    /// A part of the path.
    func path(_ name: String) throws -> String {
        guard let decoded = try self.context.parameters.require(name).percentDecoded else {
            throw Problem(
                .badRequest, code: "parameter_invalid", "\(name) is not UTF-8 in percent-encoding.", parameter: name)
        }
        return decoded
    }

    /// What is left of the path behind its fixed part.
    func rest(_ name: String) throws -> String {
        guard let decoded = self.context.parameters.getCatchAll().joined(separator: "/").percentDecoded else {
            throw Problem(
                .badRequest, code: "parameter_invalid", "\(name) is not UTF-8 in percent-encoding.", parameter: name)
        }
        return decoded
    }

    func query(_ name: String) -> String? { self.parameters[name] }

    /// Whose figures are asked for; nil for those of all tenants.
    ///
    /// - Throws: `Problem` for another tenant's.
    var tenantFilter: String? {
        get throws(Problem) {
            let asked = self.query("tenant")
            if self.client.isOperator { return asked }
            guard asked == nil || asked == self.client.tenant else { throw .notForTenants }
            return self.client.tenant
        }
    }

    /// For work that ends when its client is gone.
    var departure: Departure { Departure(connection: self.context.connection, grace: self.options.grace) }

    /// The value of a header that may stand once.
    ///
    /// - Throws: `Problem` for one that is given twice: which of the two is meant, only the client knows.
    func header(_ name: HTTPField.Name) throws(Problem) -> String? {
        let values = self.headers[values: name]
        guard values.count <= 1 else {
            throw Problem(
                .badRequest, code: "parameter_invalid", "\(name.rawName) is given twice.",
                parameter: name.rawName)
        }
        return values.first
    }

    /// The client's name for this very request, so that it can be sent again safely.
    var idempotencyKey: String? {
        get throws(Problem) {
            guard let key = try self.header(.idempotencyKey) else { return nil }
            // Bytes above ASCII have no agreed meaning in a header: two clients could mean different keys by them.
            guard (1...255).contains(key.utf8.count), key.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) else {
                throw Problem(
                    .badRequest, code: "parameter_invalid",
                    "Idempotency-Key has to have 1 to 255 characters, all of them printable ASCII.",
                    parameter: "Idempotency-Key")
            }
            return key
        }
    }

    func integer(_ name: String, in range: ClosedRange<Int>, default standard: Int) throws -> Int {
        guard let text = self.query(name) else { return standard }
        guard let value = Self.number(text), range.contains(value) else {
            throw Problem(
                .badRequest, code: "parameter_invalid",
                "\(name) has to be a whole number from \(range.lowerBound) to \(range.upperBound).", parameter: name)
        }
        return value
    }

    /// Decimal digits, perhaps after a minus, and nothing else.
    static func number(_ text: String) -> Int? {
        text.utf8.allSatisfy { (48...57).contains($0) || $0 == UInt8(ascii: "-") } ? Int(text) : nil
    }

    /// - Parameter also: A further word that the caller understands, for the message.
    func choice<Value: RawRepresentable<String> & CaseIterable>(
        _ name: String, of type: Value.Type, or also: String? = nil
    ) throws -> Value? {
        guard let text = self.query(name) else { return nil }
        guard let value = Value(rawValue: text) else {
            let known = (Value.allCases.map(\.rawValue) + (also.map { [$0] } ?? [])).joined(separator: ", ")
            throw Problem(
                .badRequest, code: "parameter_invalid", "\(name) has to be one of: \(known).", parameter: name)
        }
        return value
    }

    /// The body as an object with no other keys than `allowed`. No body at all is an object without keys, so that a
    /// request whose fields are all optional can do without, and another one is told which field it lacks.
    func body(allowed: Set<String>) async throws -> RequestBodyFields {
        let bytes = try await self.bytes(atMost: self.options.maxBodyBytes)
        guard !bytes.isEmpty else { return try RequestBodyFields([:], allowed: allowed, path: "") }
        let json: JSON
        do {
            json = try JSON.parse(
                bytes,
                limits: JSON.Limits(
                    depth: self.options.maxDepth, bytes: self.options.maxBodyBytes, allowsRepeatedKeys: false))
        } catch {
            throw Problem(
                .badRequest, code: "body_not_json",
                "The body is not acceptable JSON: \(error.reason) (line \(error.line), column \(error.column)).")
        }
        return try RequestBodyFields(json, allowed: allowed, path: "")
    }

    /// The whole body, which is JSON as far as it says.
    func bytes(atMost limit: Int) async throws -> [UInt8] {
        try self.checkContent()
        var request = self.raw
        do {
            return Array(try await request.collectBody(upTo: limit).readableBytesView)
        } catch let error as HTTPError where error.status == .contentTooLarge {
            throw Problem.bodyTooLarge(limit)
        } catch is NIOTooManyBytesError {
            throw Problem.bodyTooLarge(limit)
        }
    }

    /// - Throws: `Problem` for a body that says itself that it is something else than JSON.
    private func checkContent() throws(Problem) {
        if let encoding = try self.header(.contentEncoding), encoding.lowercased() != "identity" {
            throw Problem(
                .unsupportedMediaType, code: "encoding_unsupported",
                "Bodies in \(encoding) are not read. Send the body as it is, without Content-Encoding.",
                parameter: "Content-Encoding")
        }
        guard let type = try self.header(.contentType), type != "application/json" else { return }
        let essence = type.prefix { $0 != ";" }.lowercased().filter { $0 != " " && $0 != "\t" }
        guard essence == "application/json" || essence.hasSuffix("+json") else {
            throw Problem(
                .unsupportedMediaType, code: "content_type_unsupported",
                "Bodies have to be JSON, and this one is \(type). Send `Content-Type: application/json`.",
                parameter: "Content-Type")
        }
    }
}
