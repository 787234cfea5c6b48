import NIOCore
import NIOHTTP1

/// A request as it is written to a connection.
struct OutgoingRequest: Sendable {
    let head: HTTPRequestHead
    let body: ByteBuffer?
    /// Whether it may be sent twice: it asks, and changes nothing.
    let isSafe: Bool

    /// - Throws: `invalidRequest` for what HTTP can't carry; the message repeats no value.
    init(_ request: HTTPRequest, to target: RequestTarget) throws(HTTPTransportError) {
        guard Self.isToken(request.method) else {
            throw HTTPTransportError(.invalidRequest, "the method has to be a word")
        }
        var headers = HTTPHeaders()
        headers.reserveCapacity(request.headers.count + 2)
        if request.headers["host"] == nil { headers.add(name: "host", value: target.authority) }
        for field in request.headers {
            guard Self.isToken(field.name), field.value.utf8.allSatisfy(Self.isOfValue) else {
                throw HTTPTransportError(.invalidRequest, "a header has characters that headers can't have")
            }
            // How long the body is, only this knows.
            if field.isNamed("content-length") || field.isNamed("transfer-encoding") { continue }
            headers.add(name: field.name, value: field.value)
        }
        if !request.body.isEmpty || ["POST", "PUT", "PATCH"].contains(request.method) {
            headers.add(name: "content-length", value: String(request.body.count))
        }
        self.head = HTTPRequestHead(
            version: .http1_1, method: HTTPMethod(rawValue: request.method), uri: target.path, headers: headers)
        self.body = request.body.isEmpty ? nil : ByteBuffer(bytes: request.body)
        self.isSafe = ["GET", "HEAD", "OPTIONS"].contains(request.method)
    }

    /// RFC 9110, section 5.6.2.
    private static func isToken(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy(Self.isOfToken)
    }

    private static func isOfToken(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }

    /// RFC 9110, section 5.5: everything but control characters, of which a tab may stand.
    private static func isOfValue(_ byte: UInt8) -> Bool { byte == 0x09 || (byte >= 0x20 && byte != 0x7F) }
}
