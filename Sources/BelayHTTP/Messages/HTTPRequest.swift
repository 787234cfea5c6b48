/// A request as a value.
public struct HTTPRequest: Sendable, Hashable {
    /// `GET`, `POST`, ...; in capitals.
    public var method: String
    /// Absolute, `http` or `https`.
    public var url: String
    public var headers: HTTPHeaderFields
    public var body: [UInt8]
    /// How long to wait for a connection, its TLS handshake included; nil for the transport's default.
    public var connectTimeout: Duration?
    /// Bytes of a body, once decompressed, that the response may have. More is an error, not a longer wait. Default 16 MiB.
    public var maxResponseBytes: Int

    public init(
        method: String = "GET", url: String, headers: HTTPHeaderFields = [:], body: [UInt8] = [],
        connectTimeout: Duration? = nil, maxResponseBytes: Int = 16 << 20
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.connectTimeout = connectTimeout
        self.maxResponseBytes = maxResponseBytes
    }
}
