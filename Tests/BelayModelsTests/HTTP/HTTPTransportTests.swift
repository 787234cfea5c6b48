import BelayHTTP
import BelayMock
import BelayTesting
import Foundation
import Testing

/// Every transport of the package.
enum Road: CaseIterable {
    case direct
    case asyncHTTPClient

    var shared: any HTTPTransport {
        switch self {
        case .direct: DirectHTTPTransport.shared
        case .asyncHTTPClient: AsyncHTTPTransport.shared
        }
    }
}

/// What holds for every transport, over real sockets on this machine.
@Suite(.timeLimit(.minutes(5)))
struct HTTPTransportTests {
    private func get(
        _ server: CannedServer, by road: Road, headers: HTTPHeaderFields = [:], maxBytes: Int = 1 << 20
    ) async throws -> (response: HTTPResponse, body: [UInt8]) {
        let request = HTTPRequest(
            url: "http://127.0.0.1:\(server.port)/path", headers: headers, maxResponseBytes: maxBytes)
        defer { withExtendedLifetime(server) {} }  // Its end closes the port.
        let response = try await road.shared.send(request)
        return (response, try await response.body.collect())
    }

    private func kind(_ body: () async throws -> Void) async -> HTTPTransportError.Kind? {
        do {
            try await body()
            return nil
        } catch {
            return (error as? HTTPTransportError)?.kind
        }
    }

    @Test(arguments: Road.allCases) func sendsWhatItIsGivenAndReadsTheAnswer(road: Road) async throws {
        let server = try CannedServer(sends: "HTTP/1.1 201 Created\r\nX-Two: 2\r\nContent-Length: 2\r\n\r\nok")
        let (response, body) = try await self.get(server, by: road, headers: ["x-one": "1"])
        #expect(response.status == 201)
        #expect(response.headers["x-two"] == "2")
        #expect(body == Array("ok".utf8))
        await server.connectionEnded()
        let head = try #require(server.requests.first)
        #expect(head.hasPrefix("GET /path HTTP/1.1\r\n"))
        #expect(head.lowercased().contains("x-one: 1"))
    }

    @Test(arguments: Road.allCases) func aRedirectIsNotFollowedSoThatNoKeyGoesElsewhere(road: Road) async throws {
        let other = try CannedServer(sends: "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        let redirect = "HTTP/1.1 307 Temporary Redirect\r\nLocation: http://127.0.0.1:\(other.port)/\r\n"
        let server = try CannedServer(sends: redirect + "Content-Length: 0\r\n\r\n")
        let (response, _) = try await self.get(server, by: road, headers: ["authorization": "Bearer secret"])
        #expect(response.status == 307)
        #expect(other.requests.isEmpty)
    }

    @Test(arguments: Road.allCases) func aClosedPortIsAFailureToConnect(road: Road) async throws {
        let port = try ClosedPort()
        let kind = await self.kind {
            _ = try await road.shared.send(HTTPRequest(url: "http://127.0.0.1:\(port.number)/"))
        }
        #expect(kind == .connectFailed)
        withExtendedLifetime(port) {}
    }

    @Test(arguments: Road.allCases) func anUnknownHostIsAFailureToConnect(road: Road) async {
        let kind = await self.kind {
            _ = try await road.shared.send(HTTPRequest(url: "http://no-such-host.invalid/"))
        }
        #expect(kind == .connectFailed)
    }

    @Test(arguments: Road.allCases, ["example.com", "ftp://example.com/", "http://", "/path"])
    func whatIsNoURLIsRefused(road: Road, url: String) async {
        let kind = await self.kind { _ = try await road.shared.send(HTTPRequest(url: url)) }
        #expect(kind == .invalidRequest)
    }

    @Test(arguments: Road.allCases) func aHeaderThatWouldSmuggleIsRefusedAndNotRepeated(road: Road) async throws {
        let request = HTTPRequest(url: "http://127.0.0.1:1/", headers: ["authorization": "Bearer secret\r\nx: y"])
        do {
            _ = try await road.shared.send(request)
            Issue.record("was sent")
        } catch let error as HTTPTransportError {
            #expect(error.kind == .invalidRequest)
            #expect(!error.description.contains("secret"))
        }
    }

    @Test(
        arguments: Road.allCases,
        [
            ("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", HTTPTransportError.Kind.closed), ("", .closed),
            ("HTTP/1.1 200", .closed), ("what is this\r\n\r\n", .malformed),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", .malformed),
        ])
    func aBrokenAnswerSaysHow(road: Road, answer: (bytes: String, expected: HTTPTransportError.Kind)) async throws {
        let server = try CannedServer(sends: answer.bytes)
        let kind = await self.kind { _ = try await self.get(server, by: road) }
        #expect(kind == answer.expected, "\(answer.bytes.debugDescription)")
    }

    @Test(arguments: Road.allCases) func aBodyOverTheLimitOfTheRequestIsAnError(road: Road) async throws {
        let server = try CannedServer(sends: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n12345")
        #expect(await self.kind { _ = try await self.get(server, by: road, maxBytes: 4) } == .tooLarge)
    }

    @Test(arguments: Road.allCases) func compressedBodiesAreReadWithinAMeasure(road: Road) async throws {
        let hello = "H4sIAAAAAAACA8tIzcnJBwCGphA2BQAAAA=="
        // 100,000 times the same letter.
        let bomb =
            "H4sIAAAAAAACA+3BMQEAAADCoKzrX8IaHkABAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAArwaH+uIboIYBAA=="
        for (body, expected) in [(hello, nil), (bomb, .malformed)] as [(String, HTTPTransportError.Kind?)] {
            let bytes = Array(try #require(Data(base64Encoded: body)))
            let head = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: \(bytes.count)\r\n\r\n"
            let server = try CannedServer(sends: Array(head.utf8) + bytes)
            let kind = await self.kind {
                let body = try await self.get(server, by: road).body
                #expect(body == Array("hello".utf8))
            }
            #expect(kind == expected)
        }
    }

    @Test(arguments: Road.allCases) func cancellingClosesTheConnection(road: Road) async throws {
        let server = try CannedServer(sends: "", staysOpen: true)
        let task = Task { try await self.get(server, by: road) }
        task.cancel()
        await #expect(throws: CancellationError.self) { _ = try await task.value }

        let streaming = try CannedServer(sends: "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", staysOpen: true)
        let gate = Gate()
        let reading = Task {
            let request = HTTPRequest(url: "http://127.0.0.1:\(streaming.port)/")
            for try await _ in try await road.shared.send(request).body { gate.open() }
        }
        await gate.wait()
        reading.cancel()
        await #expect(throws: CancellationError.self) { try await reading.value }
        await streaming.connectionEnded()  // The server saw the end, so the connection is gone.
    }

    @Test(arguments: Road.allCases) func droppingAResponseClosesTheConnection(road: Road) async throws {
        let server = try CannedServer(sends: "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", staysOpen: true)
        _ = try await road.shared.send(HTTPRequest(url: "http://127.0.0.1:\(server.port)/"))
        await server.connectionEnded()
    }

    @Test(arguments: Road.allCases) func afterItsShutdownItSendsNothing(road: Road) async throws {
        let (transport, shutdown): (any HTTPTransport, () async throws -> Void) =
            switch road {
            case .direct:
                {
                    let own = DirectHTTPTransport(); return (own, own.shutdown)
                }()
            case .asyncHTTPClient:
                {
                    let own = AsyncHTTPTransport(); return (own, own.shutdown)
                }()
            }
        let server = try CannedServer(sends: "HTTP/1.1 204 No Content\r\n\r\n")
        let request = HTTPRequest(url: "http://127.0.0.1:\(server.port)/")
        #expect(try await transport.send(request).status == 204)
        try await shutdown()
        #expect(await self.kind { _ = try await transport.send(request) } == .shutDown)
        withExtendedLifetime(server) {}
    }
}
