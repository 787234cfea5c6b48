import HTTPTypes
import NIOHTTP1

/// The head of a request as it came in.
struct RequestHead: Sendable {
    let request: HTTPRequest
    /// Whether the connection may carry another request after this one.
    let isKeptAlive: Bool
    /// Whether what follows would be by another protocol: none that is spoken here, and nobody parses it.
    let changesProtocol: Bool
    /// What holding it takes, in bytes, about.
    let size: Int
    /// Whether the client knows no chunks and wants to be told that the connection stays.
    let isHTTP10: Bool

    /// Nil for one that no HTTP allows: with such a field or method, by HTTP/1.1 without a `Host`, with more than one (RFC
    /// 9112, section 3.2), or with a body in another coding than chunks (section 6.1), which nobody would undo.
    init?(_ head: HTTPRequestHead) {
        guard let method = Self.method(head.method) else { return nil }
        var fields = HTTPFields()
        fields.reserveCapacity(head.headers.count)
        var authority: String?
        var size = 256 + head.uri.utf8.count
        for (name, value) in head.headers {
            size += 100 + name.utf8.count + value.utf8.count
            guard let name = HTTPField.Name(name) else { return nil }
            if name.canonicalName == "host" {
                guard authority == nil else { return nil }
                authority = value
            } else {
                if name == .transferEncoding, value.lowercased() != "chunked" { return nil }
                fields.append(HTTPField(name: name, value: value))
            }
        }
        guard authority != nil || head.version != .http1_1 else { return nil }
        self.request = HTTPRequest(
            method: method, scheme: "http", authority: authority, path: Self.path(of: head.uri), headerFields: fields)
        self.size = size
        self.changesProtocol =
            head.method == .CONNECT
            || head.headers.contains(name: "upgrade")
                && head.headers[canonicalForm: "connection"].contains { $0.lowercased() == "upgrade" }
        self.isKeptAlive = head.isKeepAlive && !self.changesProtocol
        self.isHTTP10 = head.version.major == 1 && head.version.minor == 0
    }

    private static func method(_ method: HTTPMethod) -> HTTPRequest.Method? {
        switch method {
        case .POST: .post
        case .GET: .get
        default: HTTPRequest.Method(method.rawValue)
        }
    }

    /// The target without what names the server, which proxies are sent (RFC 9112, section 3.2.2).
    private static func path(of target: String) -> String {
        guard !target.hasPrefix("/"), let scheme = target.firstRange(of: "://") else { return target }
        let rest = target[scheme.upperBound...]
        guard let start = rest.firstIndex(where: { $0 == "/" || $0 == "?" }) else { return "/" }
        return rest[start] == "/" ? String(rest[start...]) : "/" + rest[start...]
    }
}
