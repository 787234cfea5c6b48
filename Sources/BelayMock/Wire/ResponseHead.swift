/// A status line and headers, as bytes.
struct ResponseHead: Sendable {
    enum Framing: Sendable, Equatable {
        case length(Int)
        case chunked
    }

    var status: Int
    var contentType: String
    var headers: [(name: String, value: String)] = []
    var framing: Framing
    var keepsAlive: Bool

    func bytes() -> [UInt8] {
        var text = "HTTP/1.1 \(self.status) \(Self.reason(self.status))\r\n"
        text += "content-type: \(self.contentType)\r\n"
        for header in self.headers { text += "\(header.name): \(header.value)\r\n" }
        switch self.framing {
        case .length(let count): text += "content-length: \(count)\r\n"
        case .chunked: text += "cache-control: no-cache\r\ntransfer-encoding: chunked\r\n"
        }
        text += "connection: \(self.keepsAlive ? "keep-alive" : "close")\r\n\r\n"
        return Array(text.utf8)
    }

    private static func reason(_ status: Int) -> String {
        switch status {
        case 200: "OK"
        case 400: "Bad Request"
        case 401: "Unauthorized"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 413: "Content Too Large"
        case 429: "Too Many Requests"
        case 431: "Request Header Fields Too Large"
        case 500: "Internal Server Error"
        case 503: "Service Unavailable"
        case 529: "Overloaded"
        default: "Status"
        }
    }
}

/// HTTP/1.1's chunked transfer coding (RFC 9112, section 7.1).
enum ChunkedCoding {
    static let end = Array("0\r\n\r\n".utf8)

    static func chunk(_ bytes: [UInt8]) -> [UInt8] {
        Array(String(bytes.count, radix: 16).utf8) + Array("\r\n".utf8) + bytes + Array("\r\n".utf8)
    }
}
