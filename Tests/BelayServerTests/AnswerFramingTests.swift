import HTTPTypes
import NIOCore
import NIOHTTP1
import Testing

@testable import BelayServer

struct AnswerFramingTests {
    private static func bytes(
        to method: HTTPMethod = .GET, version: HTTPVersion = .http1_1, keeps: Bool = true, isLast: Bool = false,
        _ response: HTTPResponse, _ parts: [String]
    ) throws -> String {
        var head = HTTPRequestHead(version: version, method: method, uri: "/")
        if version == .http1_1 { head.headers.add(name: "Host", value: "localhost") }
        if version == .http1_0, keeps { head.headers.add(name: "Connection", value: "keep-alive") }
        if version == .http1_1, !keeps { head.headers.add(name: "Connection", value: "close") }
        let framing = AnswerFraming(response, to: try #require(RequestHead(head)), isLast: isLast)
        var bytes = ByteBuffer()
        framing.writeHead(into: &bytes)
        for part in parts { framing.write(ByteBuffer(string: part), into: &bytes) }
        framing.writeEnd(into: &bytes)
        return String(buffer: bytes)
    }

    private static let sized = HTTPResponse(
        status: .ok, headerFields: [.contentLength: "5", .contentType: "text/plain"])
    private static let open = HTTPResponse(status: .ok, headerFields: [.contentType: "text/plain"])

    @Test func aBodyOfKnownLengthGoesOutAsItIs() throws {
        let bytes = try Self.bytes(Self.sized, ["he", "llo"])
        #expect(bytes == "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Type: text/plain\r\n\r\nhello")
    }

    @Test func aBodyOfUnknownLengthGoesOutInChunks() throws {
        let long = String(repeating: "x", count: 26)
        let bytes = try Self.bytes(Self.open, ["hello", "", long])
        #expect(
            bytes == "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\ntransfer-encoding: chunked\r\n\r\n"
                + "5\r\nhello\r\n1a\r\n\(long)\r\n0\r\n\r\n")
    }

    @Test func aClientWithoutChunksGetsThemUntilTheEnd() throws {
        let bytes = try Self.bytes(version: .http1_0, Self.open, ["hel", "lo"])
        #expect(bytes == "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nconnection: close\r\n\r\nhello")
    }

    @Test(arguments: [HTTPMethod.HEAD, .GET], [HTTPResponse.Status.ok, .noContent, .notModified])
    func whatHasNoBodyGetsNone(method: HTTPMethod, status: HTTPResponse.Status) throws {
        guard method == .HEAD || status != .ok else { return }
        for fields in [HTTPFields(), [.contentLength: "5"]] {
            let bytes = try Self.bytes(to: method, HTTPResponse(status: status, headerFields: fields), ["hello"])
            #expect(bytes.hasSuffix("\r\n\r\n") && !bytes.contains("hello") && !bytes.contains("chunked"))
            #expect(status != .noContent || !bytes.lowercased().contains("content-length"))
        }
    }

    @Test func theLastAnswerSaysSo() throws {
        #expect(try Self.bytes(isLast: true, Self.sized, ["hello"]).contains("\r\nconnection: close\r\n"))
        #expect(try Self.bytes(keeps: false, Self.sized, ["hello"]).contains("\r\nconnection: close\r\n"))
        #expect(try Self.bytes(version: .http1_0, Self.sized, ["hello"]).contains("\r\nconnection: keep-alive\r\n"))
        let closing = HTTPResponse(status: .ok, headerFields: [.contentLength: "5", .connection: "close"])
        #expect(try Self.bytes(closing, ["hello"]).ranges(of: "lose").count == 1)
    }

    @Test(arguments: [
        ("/a?b=c", "/a?b=c"), ("*", "*"), ("http://example.test/a/b?c", "/a/b?c"), ("http://example.test", "/"),
        ("http://example.test?c=d", "/?c=d"),
    ])
    func theTargetIsAPath(target: String, path: String) throws {
        let head = HTTPRequestHead(version: .http1_1, method: .GET, uri: target, headers: ["Host": "example.test"])
        let request = try #require(RequestHead(head)).request
        #expect(request.path == path && request.authority == "example.test" && request.headerFields.isEmpty)
    }

    @Test func whatNoHTTPAllowsIsNoRequest() {
        let two = HTTPHeaders([("Host", "a"), ("host", "b")])
        #expect(RequestHead(HTTPRequestHead(version: .http1_1, method: .GET, uri: "/", headers: two)) == nil)
        let bad = HTTPHeaders([("a b", "c")])
        #expect(RequestHead(HTTPRequestHead(version: .http1_1, method: .GET, uri: "/", headers: bad)) == nil)
        #expect(RequestHead(HTTPRequestHead(version: .http1_1, method: .RAW(value: "G T"), uri: "/")) == nil)
    }
}
