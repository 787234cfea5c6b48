import BelayIngress
import BelayJSON
import HTTPTypes
import Hummingbird

/// One operation: how it is reached, what the documentation says of it, what it does.
struct Endpoint: Sendable {
    struct Parameter: Sendable {
        var name: String
        /// `path`, `query` or `header`.
        var place: String
        var schema: JSON
        var description: String
    }

    var method: HTTPRequest.Method
    /// With `{name}` for parameters of the path.
    var path: String
    /// Whether the last parameter of the path takes all that is left of it, slashes included.
    var takesRest = false
    /// Unique; names the operation in generated clients.
    var operation: String
    var summary: String
    var parameters: [Parameter] = []
    /// JSON Schema of the body, for those that take one.
    var body: JSON?
    /// JSON Schema of the successful answer.
    var answer: JSON
    /// Whether the answer may be a stream of server-sent events.
    var streams = false
    /// The protocol whose form errors have; nil for problem details.
    var wire: IngressProtocol?
    /// Whether Anthropic has this path, too: its clients send `anthropic-version`.
    var isAnthropics = false
    /// Whether it concerns all tenants, so that keys of the tenant `default` may use it only.
    var isForOperators = false
    var handle: @Sendable (ServerRequest) async throws -> Response

    /// The path in the router's words.
    var routerPath: RouterPath {
        guard self.takesRest, let slash = self.path.lastIndex(of: "/") else { return RouterPath(self.path) }
        return RouterPath(self.path[..<slash] + "/**")
    }

    /// The protocol of whoever sends these headers.
    func wire(for headers: HTTPFields) -> IngressProtocol? {
        self.isAnthropics && headers.contains(.anthropicVersion) ? .messages : self.wire
    }

    /// Whether a path of a request is this endpoint's.
    func matches(_ path: String) -> Bool {
        let pattern = self.path.split(separator: "/")
        let parts = path.split(separator: "/")
        return (pattern.count == parts.count || self.takesRest && pattern.count < parts.count)
            && zip(pattern, parts).allSatisfy { $0.hasPrefix("{") || $0 == $1 }
    }
}

extension Endpoint {
    /// The same for those who run the server.
    var forOperators: Endpoint {
        var endpoint = self
        endpoint.isForOperators = true
        return endpoint
    }
}

extension [Endpoint] {
    /// The protocol whose form errors have at a path, whatever the method; nil for problem details.
    func wire(ofPath path: String, _ headers: HTTPFields) -> IngressProtocol? {
        self.first { $0.wire != nil && $0.matches(path) }?.wire(for: headers)
    }
}

extension Endpoint.Parameter {
    static func path(_ name: String, _ description: String) -> Self {
        Self(name: name, place: "path", schema: ["type": "string"], description: description)
    }

    static func query(_ name: String, _ schema: JSON, _ description: String) -> Self {
        Self(name: name, place: "query", schema: schema, description: description)
    }

    static func header(_ name: String, _ description: String) -> Self {
        Self(name: name, place: "header", schema: ["type": "string"], description: description)
    }

    static let idempotencyKey = Self(
        name: "Idempotency-Key", place: "header",
        schema: ["type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]+$"],
        description: "The same key with the same request gives the same execution, once.")
    static let cursor = Self.query("cursor", ["type": "string"], "`next` of the page before.")
    static let limit = Self.query(
        "limit", ["type": "integer", "minimum": 1, "maximum": 1_000, "default": 50], "Items of a page.")
}
