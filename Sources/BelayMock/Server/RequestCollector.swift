import NIOCore
import NIOHTTP1

/// Puts the parts of a request together, within limits, and hands it to the connection.
///
/// What breaks a limit or is no HTTP is answered here and ends the connection: there is no way to go on reading.
final class RequestCollector: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = ByteBuffer

    /// Requests that a client may send before the first is answered.
    static let maximumPipelined = 16
    private static let lingering = TimeAmount.seconds(1)

    private let requests: AsyncStream<HTTPRequest>.Continuation
    private let maximumBody: Int
    private var head: HTTPRequestHead?
    private var body: [UInt8] = []
    private var hasFailed = false

    init(requests: AsyncStream<HTTPRequest>.Continuation, maximumBody: Int) {
        self.requests = requests
        self.maximumBody = maximumBody
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !self.hasFailed else { return }
        switch self.unwrapInboundIn(data) {
        case .head(let head): self.begin(head, context: context)
        case .body(let bytes): self.extend(bytes, context: context)
        case .end: self.end(context: context)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard error is HTTPParserError else { return context.close(promise: nil) }
        let isTooLong = (error as? HTTPParserError) == .headerOverflow
        self.fail(
            isTooLong ? 431 : 400, isTooLong ? "the headers are too long" : "this is no HTTP/1.1", context: context)
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.requests.finish()
        context.fireChannelInactive()
    }

    private func begin(_ head: HTTPRequestHead, context: ChannelHandlerContext) {
        self.head = head
        self.body = []
        if let length = head.headers.first(name: "content-length").flatMap({ Int($0) }), length > self.maximumBody {
            return self.fail(413, "the body has more than \(self.maximumBody) bytes", context: context)
        }
        if head.headers[canonicalForm: "expect"].contains("100-continue") {
            let bytes = context.channel.allocator.buffer(string: "HTTP/1.1 100 Continue\r\n\r\n")
            context.writeAndFlush(self.wrapOutboundOut(bytes), promise: nil)
        }
    }

    private func extend(_ bytes: ByteBuffer, context: ChannelHandlerContext) {
        guard self.body.count + bytes.readableBytes <= self.maximumBody else {
            return self.fail(413, "the body has more than \(self.maximumBody) bytes", context: context)
        }
        self.body.append(contentsOf: bytes.readableBytesView)
    }

    private func end(context: ChannelHandlerContext) {
        guard let head = self.head else { return }
        self.head = nil
        if case .dropped = self.requests.yield(HTTPRequest(head: head, body: self.body)) {
            self.fail(429, "more than \(Self.maximumPipelined) requests at once on one connection", context: context)
        }
        self.body = []
    }

    private func fail(_ status: Int, _ message: String, context: ChannelHandlerContext) {
        guard !self.hasFailed else { return }
        self.hasFailed = true
        let wire = self.head.map { HTTPRequest(head: $0, body: []).wire } ?? .openAI
        let kind: ProviderProblem.Kind = status == 413 ? .tooLarge : .invalidRequest
        let body = wire.format.body(of: ProviderProblem(kind, message), requestID: "none").bytes()
        let head = ResponseHead(
            status: status, contentType: "application/json", framing: .length(body.count), keepsAlive: false)
        context.writeAndFlush(self.wrapOutboundOut(ByteBuffer(bytes: head.bytes() + body)), promise: nil)
        context.close(mode: .output, promise: nil)
        // Closing with bytes unread would reset the connection, and the client might never see the answer: read on for a moment.
        let channel = context.channel
        context.eventLoop.scheduleTask(in: Self.lingering) { channel.close(promise: nil) }
    }
}
