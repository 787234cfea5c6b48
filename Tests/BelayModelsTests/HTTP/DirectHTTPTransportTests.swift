import BelayHTTP
import BelayTesting
import Foundation
import Testing

/// What one transport does with its connections, over real sockets on this machine.
@Suite(.timeLimit(.minutes(5)))
struct DirectHTTPTransportTests {
    private static let hello = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"

    private let transport = DirectHTTPTransport()

    private func send(_ request: HTTPRequest) async throws -> String {
        String(decoding: try await self.transport.send(request).body.collect(), as: UTF8.self)
    }

    private func kind(of request: HTTPRequest) async -> HTTPTransportError.Kind? {
        do {
            _ = try await self.send(request)
            return nil
        } catch {
            return (error as? HTTPTransportError)?.kind
        }
    }

    @Test func oneConnectionCarriesRequestAfterRequest() async throws {
        let server = try ScriptedServer([[.answer(Self.hello), .answer(Self.hello), .answer(Self.hello)]])
        for _ in 0..<3 { #expect(try await self.send(HTTPRequest(url: server.url)) == "hello") }
        #expect(server.requests.map(\.connection) == [0, 0, 0])
    }

    @Test(arguments: [
        "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello",
        "HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello",
    ])
    func aServerThatWantsToCloseIsNotAskedAgainOnThatConnection(answer: String) async throws {
        let server = try ScriptedServer([[.answer(answer), .stay], [.answer(Self.hello)]])
        #expect(try await self.send(HTTPRequest(url: server.url)) == "hello")
        #expect(try await self.send(HTTPRequest(url: server.url)) == "hello")
        #expect(server.requests.map(\.connection) == [0, 1])
    }

    @Test func aBodyWithoutALengthGoesToTheEndOfTheConnection() async throws {
        let server = try ScriptedServer([[.answer("HTTP/1.1 200 OK\r\n\r\nto the end")]])
        #expect(try await self.send(HTTPRequest(url: server.url)) == "to the end")
    }

    @Test func chunksAreOneBodyAndTrailersAreNone() async throws {
        let chunked =
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nhel\r\n2\r\nlo\r\n0\r\nX-After: 1\r\n\r\n"
        let server = try ScriptedServer([[.answer(chunked), .answer(Self.hello)]])
        #expect(try await self.send(HTTPRequest(url: server.url)) == "hello")
        #expect(try await self.send(HTTPRequest(url: server.url)) == "hello")
        #expect(server.requests.map(\.connection) == [0, 0])
    }

    @Test func responsesBeforeTheResponseAreSkipped() async throws {
        let server = try ScriptedServer([
            [.answer("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + Self.hello)]
        ])
        #expect(try await self.send(HTTPRequest(url: server.url)) == "hello")
    }

    @Test func aSwitchOfProtocolsThatNobodyAskedForIsMalformed() async throws {
        let server = try ScriptedServer([
            [.answer("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"), .stay]
        ])
        #expect(await self.kind(of: HTTPRequest(url: server.url)) == .malformed)
        await server.connectionEnded()
    }

    @Test(arguments: ["HEAD", "GET"]) func whatHasNoBodyEndsWithItsHead(method: String) async throws {
        let head = "HTTP/1.1 \(method == "HEAD" ? "200 OK\r\nContent-Length: 5" : "204 No Content")\r\n\r\n"
        let server = try ScriptedServer([[.answer(head), .answer(head)]])
        for _ in 0..<2 { #expect(try await self.send(HTTPRequest(method: method, url: server.url)).isEmpty) }
        #expect(server.requests.map(\.connection) == [0, 0])
    }

    // MARK: What is sent twice, and what is not

    @Test func aSafeRequestOnAConnectionThatWasJustBeingClosedIsSentOnceMore() async throws {
        let server = try ScriptedServer([[.answer(Self.hello), .hangUp], [.answer(Self.hello)]])
        for _ in 0..<2 { #expect(try await self.send(HTTPRequest(url: server.url)) == "hello") }
        #expect(server.requests.map(\.connection) == [0, 0, 1])
    }

    @Test func aPostThatMayHaveBeenReadIsNeverSentTwice() async throws {
        let server = try ScriptedServer([[.answer(Self.hello), .hangUp], [.answer(Self.hello)]])
        let post = HTTPRequest(method: "POST", url: server.url, body: [1, 2, 3])
        #expect(try await self.send(post) == "hello")
        #expect(await self.kind(of: post) == .closed)
        #expect(server.requests.map(\.connection) == [0, 0])
    }

    @Test func aNewConnectionThatIsClosedIsNoReasonToSendAgain() async throws {
        let server = try ScriptedServer([[.hangUp], [.answer(Self.hello)]])
        #expect(await self.kind(of: HTTPRequest(url: server.url)) == .closed)
        #expect(server.requests.count == 1)
    }

    @Test func aResponseThatHasBegunIsNoReasonToSendAgain() async throws {
        let server = try ScriptedServer([[.answer(Self.hello), .answer("HTTP/1.1 2")], [.answer(Self.hello)]])
        #expect(try await self.send(HTTPRequest(url: server.url)) == "hello")
        #expect(await self.kind(of: HTTPRequest(url: server.url)) == .closed)
        #expect(server.requests.map(\.connection) == [0, 0])
    }

    @Test func aConnectionThatWasClosedWhileItIdledIsNotUsed() async throws {
        let server = try ScriptedServer([[.answer(Self.hello)], [.answer(Self.hello)]])
        let post = HTTPRequest(method: "POST", url: server.url, body: [1])
        #expect(try await self.send(post) == "hello")
        await server.connectionEnded()
        while self.transport.openConnections > 0, !Task.isCancelled { await Task.yield() }
        #expect(try await self.send(post) == "hello")
        #expect(server.requests.map(\.connection) == [0, 1])
    }

    @Test func aResponseThatNobodyAskedForEndsTheConnection() async throws {
        let server = try ScriptedServer([[.answer(Self.hello), .push(Self.hello), .stay], [.answer(Self.hello)]])
        #expect(try await self.send(HTTPRequest(url: server.url)) == "hello")
        while self.transport.openConnections > 0, !Task.isCancelled { await Task.yield() }
        #expect(try await self.send(HTTPRequest(url: server.url)) == "hello")
        #expect(server.requests.map(\.connection) == [0, 1])
    }

    // MARK: Uploads

    @Test func anEarlyRefusalOfAnUploadIsReadAndItsConnectionNotUsedAgain() async throws {
        let refusal = "HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\n\r\nbig"
        // One that read the rest in time would have a connection that is good for another request.
        let server = try ScriptedServer([[.answerEarly(refusal), .ignore], [.answer(Self.hello)]])
        let upload = HTTPRequest(method: "POST", url: server.url, body: [UInt8](repeating: 7, count: 32 << 20))
        let response = try await self.transport.send(upload)
        #expect(response.status == 413)
        #expect(try await response.body.collect() == Array("big".utf8))
        #expect(try await self.send(HTTPRequest(url: server.url)) == "hello")
        #expect(server.requests.map(\.connection) == [0, 1])
    }

    @Test func aLargeBodyArrivesWhole() async throws {
        let server = try ScriptedServer([[.answer(Self.hello)]])
        let count = 5 << 20
        let upload = HTTPRequest(method: "POST", url: server.url, body: [UInt8](repeating: 7, count: count))
        #expect(try await self.send(upload) == "hello")
        #expect(server.requests.map(\.body) == [count])
    }

    @Test func itAloneSaysHowLongABodyIs() async throws {
        let server = try ScriptedServer([[.answer(Self.hello)]])
        let request = HTTPRequest(
            method: "POST", url: server.url, headers: ["Content-Length": "99", "Transfer-Encoding": "chunked"],
            body: [1, 2])
        #expect(try await self.send(request) == "hello")
        let lines = try #require(server.requests.first?.head.lowercased()).split(separator: "\r\n")
        #expect(lines.filter { $0.hasPrefix("content-length:") } == ["content-length: 2"])
        #expect(!lines.contains { $0.hasPrefix("transfer-encoding:") })
    }

    // MARK: Bodies and bounds

    @Test func aBodyIsReadNoFasterThanItIsTaken() async throws {
        let size = 16 << 20
        let server = try ScriptedServer([
            [.answer("HTTP/1.1 200 OK\r\nContent-Length: \(size)\r\n\r\n" + String(repeating: "x", count: size))]
        ])
        let response = try await self.transport.send(HTTPRequest(url: server.url, maxResponseBytes: size))
        var largest = 0
        var sum = 0
        for try await chunk in response.body {
            largest = max(largest, chunk.count)
            sum += chunk.count
            // Whoever is slow gives the loop every chance to pile up more.
            for _ in 0..<50 { await Task.yield() }
        }
        #expect(sum == size)
        // What may wait here, one turn's reads, and what the kernel had when the server closed.
        #expect(largest <= 1 << 20, "\(largest) bytes had piled up")
    }

    @Test func headersBeyondTheirBoundAreMalformed() async throws {
        let server = try ScriptedServer([
            [.answer("HTTP/1.1 200 OK\r\nX: " + String(repeating: "y", count: 70_000) + "\r\n\r\n"), .stay]
        ])
        #expect(await self.kind(of: HTTPRequest(url: server.url)) == .malformed)
        await server.connectionEnded()
    }

    @Test func aCancelledBodyClosesItsConnectionAndNoOther() async throws {
        let server = try ScriptedServer([
            [.answer("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"), .stay], [.answer(Self.hello)],
        ])
        let gate = Gate()
        let reading = Task {
            for try await _ in try await self.transport.send(HTTPRequest(url: server.url)).body { gate.open() }
        }
        await gate.wait()
        #expect(try await self.send(HTTPRequest(url: server.url)) == "hello")
        reading.cancel()
        await #expect(throws: CancellationError.self) { try await reading.value }
        await server.connectionEnded()
    }

    // MARK: The pool

    @Test func requestsBeyondTheConnectionsWaitForOne() async throws {
        let transport = DirectHTTPTransport(settings: .init(maxConnectionsPerHost: 1))
        let answers = [ScriptedServer.Turn](repeating: .answer(Self.hello), count: 20)
        let server = try ScriptedServer([answers])
        try await withThrowingTaskGroup { group in
            for _ in 0..<5 {
                group.addTask {
                    let body = try await transport.send(HTTPRequest(url: server.url)).body.collect()
                    #expect(body == Array("hello".utf8))
                }
            }
            try await group.waitForAll()
        }
        #expect(Set(server.requests.map(\.connection)) == [0])
        try await transport.shutdown()
    }

    @Test func aRequestThatFindsNoFreeConnectionInTimeSaysSo() async throws {
        let transport = DirectHTTPTransport(settings: .init(maxConnectionsPerHost: 1))
        let server = try ScriptedServer([[.answer("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"), .stay]])
        let first = try await transport.send(HTTPRequest(url: server.url))
        do {
            _ = try await transport.send(HTTPRequest(url: server.url, connectTimeout: .milliseconds(50)))
            Issue.record("was sent")
        } catch let error as HTTPTransportError {
            #expect(error.kind == .connectTimeout)
        }
        withExtendedLifetime(first) {}
        try await transport.shutdown()
    }

    @Test func whatGaveUpWaitingMakesRoom() async throws {
        let transport = DirectHTTPTransport(settings: .init(maxConnectionsPerHost: 1))
        let slow = ScriptedServer.Turn.answer("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf")
        let server = try ScriptedServer([[slow, .stay], [.answer(Self.hello)]])
        let first = try await transport.send(HTTPRequest(url: server.url))
        let waiting = Task { try await transport.send(HTTPRequest(url: server.url)) }
        waiting.cancel()
        await #expect(throws: CancellationError.self) { _ = try await waiting.value }
        let third = Task { try await transport.send(HTTPRequest(url: server.url)).body.collect() }
        _ = consume first  // Letting go of it closes its connection, for which another may be made.
        #expect(try await third.value == Array("hello".utf8))
        try await transport.shutdown()
    }

    @Test func anUnansweredConnectEndsInTime() async throws {
        // Of a network that is for documentation only (RFC 5737): nobody answers there, or nothing leads there.
        let request = HTTPRequest(url: "http://192.0.2.1:81/", connectTimeout: .milliseconds(100))
        let kind = await self.kind(of: request)
        #expect(kind == .connectTimeout || kind == .connectFailed)
    }

    @Test func addressesOfTheSixthVersionAreReached() async throws {
        let server: ScriptedServer
        do { server = try ScriptedServer([[.answer(Self.hello)]], isIPv6: true) } catch {
            return  // This machine has none.
        }
        #expect(try await self.send(HTTPRequest(url: "http://[::1]:\(server.port)/x?y=z#w")) == "hello")
        let head = try #require(server.requests.first?.head)
        #expect(head.hasPrefix("GET /x?y=z HTTP/1.1\r\n"))
        #expect(head.lowercased().contains("host: [::1]:\(server.port)"))
    }
}
