/// A response whose headers have arrived; its body is still on the way.
///
/// Dropping a response before the end of its body closes the connection.
public struct HTTPResponse: Sendable {
    public var status: Int
    public var headers: HTTPHeaderFields
    public var body: HTTPResponseBody

    public init(status: Int, headers: HTTPHeaderFields = [:], body: HTTPResponseBody = HTTPResponseBody([])) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// The media type in lower case, without its parameters; nil when the response names none.
    public var mediaType: String? {
        guard let type = self.headers["content-type"] else { return nil }
        let bytes = type.utf8.prefix { $0 != UInt8(ascii: ";") }.filter { $0 != UInt8(ascii: " ") && $0 != 0x09 }
        return String(decoding: bytes, as: UTF8.self).lowercased()
    }
}
