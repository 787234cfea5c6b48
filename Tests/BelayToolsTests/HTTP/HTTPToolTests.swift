import BelayCore
import BelayHTTP
import BelayJSON
import BelayResilience
import BelayTesting
import Testing

@testable import BelayTools

/// Answers requests as a test says and keeps them.
final class ScriptedTransport: HTTPTransport {
    private let sent = Reports<HTTPRequest>()
    private let answer: @Sendable (HTTPRequest) async throws -> HTTPResponse

    init(_ answer: @escaping @Sendable (HTTPRequest) async throws -> HTTPResponse = { _ in HTTPResponse(status: 200) })
    {
        self.answer = answer
    }

    var requests: [HTTPRequest] { self.sent.all }

    func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        self.sent.add(request)
        return try await self.answer(request)
    }
}

@Suite(.timeLimit(.minutes(5)))
struct HTTPToolTests {
    private static func response(_ status: Int, _ body: String = "", type: String = "application/json") -> HTTPResponse
    {
        HTTPResponse(status: status, headers: ["Content-Type": type], body: HTTPResponseBody(Array(body.utf8)))
    }

    private func specification(compensation: HTTPToolSpecification.Request? = nil) -> HTTPToolSpecification {
        HTTPToolSpecification(
            call: .init("POST", "http://shop.example/orders/{order}/refunds"),
            probe: .init("GET", "http://shop.example/refunds/by-key/{idempotency_key}"), compensation: compensation)
    }

    private func pipeline(
        _ transport: ScriptedTransport, effect: ToolEffect = .once, clock: any Clock<Duration> = ManualClock(),
        _ change: (inout ToolDescriptor) -> Void = { _ in }
    ) throws -> ToolPipeline {
        var descriptor = ToolDescriptor.refund(effect)
        change(&descriptor)
        let compensation = HTTPToolSpecification.Request("DELETE", "http://shop.example/refunds/{idempotency_key}")
        let tool = Tool(descriptor, http: self.specification(compensation: compensation), transport: transport)
        return try ToolPipeline.of([tool], clock: clock)
    }

    private func execute(
        effect: ToolEffect = .once, _ answer: @escaping @Sendable (HTTPRequest) async throws -> HTTPResponse
    ) async throws -> ToolAttempt {
        try await self.pipeline(ScriptedTransport(answer), effect: effect).execute("create_refund", .sample)
    }

    @Test func sendsTheCallOnceWithItsKey() async throws {
        let transport = ScriptedTransport { _ in Self.response(201, #"{"refund": 7}"#) }
        #expect(try await self.pipeline(transport).execute("create_refund", .sample).output == #"{"refund": 7}"#)
        let request = try #require(transport.requests.first)
        #expect(transport.requests.count == 1)
        #expect(request.method == "POST")
        #expect(request.url == "http://shop.example/orders/A-1/refunds")
        #expect(String(decoding: request.body, as: UTF8.self) == #"{"amount":20}"#)
        #expect(request.headers["Idempotency-Key"] == "key-1")
        #expect(request.maxResponseBytes == 1 << 20)
    }

    @Test func aToolThatChangesNothingSendsNoKey() async throws {
        let transport = ScriptedTransport { _ in Self.response(200, "[]") }
        _ = try await self.pipeline(transport, effect: .readOnly).execute("create_refund", .sample)
        #expect(transport.requests.first?.headers["Idempotency-Key"] == nil)
    }

    @Test(arguments: [400, 403, 404, 409, 422])
    func aRefusalSaysWhyAndThatNothingHappened(status: Int) async throws {
        let failure = try await self.execute { _ in
            Self.response(
                status, #"{"type": "about:blank", "detail": "already refunded"}"#, type: "application/problem+json")
        }.failure
        #expect(failure == ToolFailure(.rejected, "The service refused (\(status)): already refunded"))
    }

    @Test(arguments: [
        (#"{"error": {"message": "m"}}"#, "m"), (#"{"error": "e"}"#, "e"), (#"{"message": "x"}"#, "x"),
        (#"{"code": 5}"#, #"{"code":5}"#),
    ])
    func findsTheMessageWhereServicesPutIt(body: String, message: String) async throws {
        let failure = try await self.execute { _ in Self.response(400, body) }.failure
        #expect(failure?.message == "The service refused (400): \(message)")
    }

    @Test func aPageOfHTMLIsNoMessage() async throws {
        let failure = try await self.execute { _ in Self.response(404, "<h1>Not Found</h1>", type: "text/html") }
            .failure
        #expect(failure?.message == "The service refused (404)")
    }

    @Test(arguments: [(500, ToolFailure.Kind.unavailable), (503, .unavailable), (408, .timeout), (302, .rejected)])
    func afterAFailureOfTheServiceItMayHaveHappened(status: Int, kind: ToolFailure.Kind) async throws {
        let once = try await self.execute { _ in Self.response(status) }.failure
        #expect(once?.kind == kind)
        #expect(once?.mayHaveHappened == true)
        let reading = try await self.execute(effect: .readOnly) { _ in Self.response(status) }.failure
        #expect(reading?.mayHaveHappened == false)
    }

    @Test func tooManyCallsDidNotHappen() async throws {
        let failure = try await self.execute { _ in
            HTTPResponse(status: 429, headers: ["Retry-After": "30"])
        }.failure
        #expect(failure == ToolFailure(.rateLimited, "The service has had too many calls (429); it asks to wait 30"))
    }

    @Test func aRedirectIsNotFollowed() async throws {
        let transport = ScriptedTransport { _ in
            HTTPResponse(status: 307, headers: ["Location": "http://evil.example/"])
        }
        _ = try await self.pipeline(transport).execute("create_refund", .sample)
        #expect(transport.requests.count == 1)
    }

    @Test(arguments: HTTPTransportError.Kind.allCases)
    func withoutAConnectionNothingHappenedAndAfterwardsItMayHave(kind: HTTPTransportError.Kind) async throws {
        let error = HTTPTransportError(kind, "no luck")
        let failure = try await self.execute { _ in throw error }.failure
        #expect(failure?.mayHaveHappened == !error.nothingWasSent)
    }

    @Test func anAnswerOverItsBoundIsInvalid() async throws {
        let failure = try await self.execute { request in
            HTTPResponse(
                status: 200,
                body: HTTPResponseBody(
                    AsyncThrowingStream { continuation in
                        for _ in 0..<20 { continuation.yield([UInt8](repeating: 0x78, count: 1 << 20)) }
                        continuation.finish()
                    }, limit: request.maxResponseBytes))
        }.failure
        #expect(failure?.kind == .invalidOutput)
        #expect(failure?.mayHaveHappened == true)
        #expect(failure?.message.contains("1048576 bytes") == true)
    }

    @Test func bytesThatAreNoTextAreInvalid() async throws {
        let failure = try await self.execute { _ in
            HTTPResponse(
                status: 200, headers: ["Content-Type": "image/png"], body: HTTPResponseBody([0x89, 0xFF, 0xFE]))
        }.failure
        #expect(failure?.kind == .invalidOutput)
        #expect(failure?.message == "The service answered with 3 bytes that are not text (image/png).")
    }

    @Test func aConnectionThatBreaksInTheBodyMayHaveHappened() async throws {
        let failure = try await self.execute { _ in
            HTTPResponse(
                status: 200,
                body: HTTPResponseBody(
                    AsyncThrowingStream { continuation in
                        continuation.yield([0x7B])
                        continuation.finish(throwing: HTTPTransportError(.closed, "reset"))
                    }, limit: 100))
        }.failure
        #expect(failure?.kind == .unavailable)
        #expect(failure?.mayHaveHappened == true)
    }

    @Test func aServiceThatHangsTimesOut() async throws {
        let clock = ManualClock()
        let transport = ScriptedTransport { _ in
            try await clock.sleep(for: .seconds(3_600))
            return HTTPResponse(status: 200)
        }
        let pipeline = try self.pipeline(transport, clock: clock)
        async let execution = pipeline.execute("create_refund", .sample)
        await clock.sleepers(2)
        clock.advance(by: .seconds(30))
        let failure = await execution.failure
        #expect(failure?.kind == .timeout)
        #expect(failure?.mayHaveHappened == true)
    }

    @Test func aProbeKnows200And404AndNothingElse() async throws {
        let status = Locked(200)
        let transport = ScriptedTransport { _ in Self.response(status.withLock { $0 }, #"{"refund": 7}"#) }
        let pipeline = try self.pipeline(transport) { $0.inDoubt = .probe }
        #expect(
            await pipeline.probe("create_refund", .sample) == .happened(output: #"{"refund": 7}"#, truncatedFrom: nil))
        #expect(transport.requests.first?.url == "http://shop.example/refunds/by-key/key-1")
        status.withLock { $0 = 404 }
        #expect(await pipeline.probe("create_refund", .sample) == .didNotHappen)
        status.withLock { $0 = 500 }
        guard case .unknown = await pipeline.probe("create_refund", .sample) else {
            Issue.record("a failing probe knows nothing")
            return
        }
    }

    @Test func aCompensationOfWhatIsNotThereHasNothingToDo() async throws {
        let transport = ScriptedTransport { _ in Self.response(404) }
        let pipeline = try self.pipeline(transport, effect: .compensatable)
        #expect(await pipeline.compensate("create_refund", .sample) == .compensated)
        #expect(transport.requests.first?.method == "DELETE")
    }
}
