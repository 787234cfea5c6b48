import HTTPTypes
import NIOCore

/// An answer as bytes of HTTP/1.1: how long its body is said to be, and what stands around its parts (RFC 9112, sections 6
/// and 7).
struct AnswerFraming: Sendable {
    private enum Body {
        /// As `Content-Length` says.
        case whole
        case chunked
        /// It ends where the connection ends, for clients that know no chunks.
        case untilClose
        /// There is none, whatever the head says.
        case none
    }

    let head: RequestHead
    private let body: Body
    private let response: HTTPResponse
    /// Whether this is the last answer on its connection.
    let isLast: Bool

    /// - Parameter isLast: Whether the server wants it to be.
    init(_ response: HTTPResponse, to head: RequestHead, isLast: Bool) {
        self.head = head
        self.response = response
        let hasNone = head.request.method == .head || [204, 304].contains(response.status.code)
        if hasNone {
            self.body = .none
        } else if response.headerFields.contains(.contentLength) {
            self.body = .whole
        } else {
            self.body = head.isHTTP10 ? .untilClose : .chunked
        }
        let saysClose = response.headerFields[.connection]?.lowercased() == "close"
        self.isLast = isLast || saysClose || !head.isKeptAlive || self.body == .untilClose
    }

    /// Whether its client gets the body part by part, as it is made.
    var isStreamed: Bool { self.body == .chunked || self.body == .untilClose }

    func writeHead(into bytes: inout ByteBuffer) {
        Self.write(self.response, into: &bytes)
        if self.body == .chunked { Self.write("transfer-encoding", "chunked", into: &bytes) }
        if self.isLast {
            Self.write("connection", "close", into: &bytes)
        } else if self.head.isHTTP10 {
            Self.write("connection", "keep-alive", into: &bytes)
        }
        bytes.writeStaticString("\r\n")
    }

    /// The last answer of a connection, whole.
    static func refusal(_ response: (head: HTTPResponse, body: [UInt8])) -> ByteBuffer {
        var bytes = ByteBuffer()
        Self.write(response.head, into: &bytes)
        Self.write("connection", "close", into: &bytes)
        bytes.writeStaticString("\r\n")
        bytes.writeBytes(response.body)
        return bytes
    }

    private static func write(_ response: HTTPResponse, into bytes: inout ByteBuffer) {
        bytes.writeString("HTTP/1.1 \(response.status.code) \(response.status.reasonPhrase)\r\n")
        for field in response.headerFields where field.name != .connection && field.name != .transferEncoding {
            // RFC 9110, section 8.6.
            if response.status == .noContent, field.name == .contentLength { continue }
            Self.write(field.name.rawName, field.value, into: &bytes)
        }
    }

    private static func write(_ name: String, _ value: String, into bytes: inout ByteBuffer) {
        bytes.writeString(name)
        bytes.writeStaticString(": ")
        bytes.writeString(value)
        bytes.writeStaticString("\r\n")
    }

    func write(_ part: ByteBuffer, into bytes: inout ByteBuffer) {
        // A chunk of no bytes would end the body.
        guard part.readableBytes > 0, self.body != .none else { return }
        if self.body == .chunked { bytes.writeString(String(part.readableBytes, radix: 16) + "\r\n") }
        bytes.writeImmutableBuffer(part)
        if self.body == .chunked { bytes.writeStaticString("\r\n") }
    }

    func writeEnd(into bytes: inout ByteBuffer) {
        if self.body == .chunked { bytes.writeStaticString("0\r\n\r\n") }
    }
}
