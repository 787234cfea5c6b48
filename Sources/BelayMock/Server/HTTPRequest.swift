import NIOHTTP1

/// A request with its whole body.
struct HTTPRequest: Sendable {
    var method: HTTPMethod
    /// Without the query.
    var path: String
    var query: String
    var headers: HTTPHeaders
    var body: [UInt8]
    var keepsAlive: Bool

    init(head: HTTPRequestHead, body: [UInt8]) {
        let parts = head.uri.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        self.method = head.method
        self.path = String(parts[0])
        self.query = parts.count > 1 ? String(parts[1]) : ""
        self.headers = head.headers
        self.body = body
        self.keepsAlive = head.isKeepAlive
    }

    /// The key, wherever the client put it; nil when there is none.
    var apiKey: String? {
        for name in ["x-api-key", "api-key"] {
            if let key = self.headers.first(name: name), !key.isEmpty { return key }
        }
        guard let authorization = self.headers.first(name: "authorization") else { return nil }
        let words = authorization.split(separator: " ", maxSplits: 1)
        guard words.count == 2, words[0].lowercased() == "bearer", !words[1].isEmpty else { return nil }
        return String(words[1])
    }

    /// Which vendor's client this is, on a path that both have.
    var wire: WireProtocol {
        if self.path == "/v1/messages" || self.path.hasPrefix("/v1/messages/") { return .anthropic }
        if self.path == "/v1/responses" { return .responses }
        return self.headers.contains(name: "anthropic-version") ? .anthropic : .openAI
    }
}
