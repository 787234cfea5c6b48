import BelayIngress
import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOHTTPTypes

/// Keeps one connection within its limits, and answers in words where the parser would just hang up.
///
/// Lives on the connection's event loop, like every channel handler.
final class ConnectionGuard: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private var deadlines: ConnectionDeadlines
    private var reading: MovingDeadline?
    private var writing: MovingDeadline?
    private var isOver = false
    /// Of the latest request.
    private var head: HTTPRequest?
    private let rules: PathRules
    /// How long the rest of a refused body is still taken in.
    private static let linger = TimeAmount.seconds(5)
    /// For those who work for this client.
    let hangup = Hangup()

    init(limits: ConnectionLimits, rules: PathRules) {
        self.deadlines = ConnectionDeadlines(limits: limits)
        self.rules = rules
    }

    func handlerAdded(context: ChannelHandlerContext) {
        // Small events have to leave at once: Nagle's algorithm would hold each one for the acknowledgement of the last.
        context.channel.setOption(.tcpOption(.tcp_nodelay), value: 1).whenFailure { _ in }
        self.reading = MovingDeadline(on: context.eventLoop) { [unowned self] in self.expired(.reading, context) }
        self.writing = MovingDeadline(on: context.eventLoop) { [unowned self] in self.expired(.writing, context) }
        if context.channel.isActive { self.perform(self.deadlines.opened(), context) }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.stopAll()
        // They hold the context.
        (self.reading, self.writing) = (nil, nil)
    }

    func channelActive(context: ChannelHandlerContext) {
        self.perform(self.deadlines.opened(), context)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.hangup.happened()
        self.stopAll()
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        // What still comes of a refused request.
        guard !self.isOver else { return }
        switch self.unwrapInboundIn(data) {
        case .head(let head):
            self.head = head
            self.perform(self.deadlines.receivedHead(), context)
            // Behind an answer that is still being made nothing can be said; whoever reads the body counts it, too.
            if self.deadlines.refusal() == .answer, self.isRefused(head, context) { return }
        case .body: break
        case .end: self.perform(self.deadlines.receivedEnd(), context)
        }
        context.fireChannelRead(data)
    }

    /// Answers a request whose head says enough: with a refusal, or with leave to send its body (RFC 9110, section
    /// 10.1.1), for which some clients wait.
    private func isRefused(_ head: HTTPRequest, _ context: ChannelHandlerContext) -> Bool {
        if let limit = self.rules.limitBroken(by: head) {
            self.refuse(with: .bodyTooLarge(limit), .answer, context, lingers: true)
            return true
        }
        let hasBody =
            head.headerFields[.contentLength].map { $0 != "0" } ?? head.headerFields.contains(.transferEncoding)
        if hasBody, head.headerFields[.expect]?.lowercased() == "100-continue" {
            context.writeAndFlush(self.wrapOutboundOut(.head(HTTPResponse(status: .continue))), promise: nil)
        }
        return false
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch self.unwrapOutboundIn(data) {
        case .head(let head): if head.status.kind != .informational { self.deadlines.sentHead() }
        case .body: break
        case .end: self.perform(self.deadlines.sentEnd(), context)
        }
        context.write(data, promise: promise)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        self.perform(self.deadlines.becameWritable(context.channel.isWritable), context)
        context.fireChannelWritabilityChanged()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // A client that sends no more may still read, but nearly every one that does this is gone.
        if event as? ChannelEvent == .inputClosed {
            self.hangup.happened()
            if self.isOver { context.close(promise: nil) }
        }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if let problem = Self.problem(for: error) { self.refuse(with: problem, self.deadlines.refusal(), context) }
        context.fireErrorCaught(error)
    }

    private static func problem(for error: any Error) -> Problem? {
        guard let error = error as? HTTPParserError else { return nil }
        switch error {
        case .headerOverflow:
            return Problem(
                .requestHeaderFieldsTooLarge, code: "headers_too_large", "The headers of the request are too large.")
        default:
            return Problem(.badRequest, code: "request_malformed", "This is not a request by HTTP/1.1.")
        }
    }

    /// - Parameter lingers: Whether the client may be sending: its system throws an answer away when the connection is
    ///   closed over what it sent.
    private func refuse(
        with problem: Problem, _ verdict: ConnectionDeadlines.Verdict, _ context: ChannelHandlerContext,
        lingers: Bool = false
    ) {
        guard !self.isOver else { return }
        self.isOver = true
        self.stopAll()
        if verdict == .answer {
            let (type, body) = self.body(of: problem)
            let head = HTTPResponse(
                status: problem.status,
                headerFields: [.contentType: type, .contentLength: "\(body.count)", .connection: "close"])
            context.write(self.wrapOutboundOut(.head(head)), promise: nil)
            context.write(self.wrapOutboundOut(.body(ByteBuffer(bytes: body))), promise: nil)
            context.writeAndFlush(self.wrapOutboundOut(.end(nil)), promise: nil)
        }
        guard lingers else { return context.close(promise: nil) }
        context.close(mode: .output, promise: nil)
        self.reading?.set(in: Self.linger)
    }

    /// What can't be read as HTTP belongs to no path.
    private func body(of problem: Problem) -> (type: String, bytes: [UInt8]) {
        let hasHead = [.requestTimeout, .contentTooLarge].contains(problem.status)
        guard hasHead, let wire = self.head.flatMap(self.rules.wire(of:)) else {
            return ("application/problem+json", problem.bytes)
        }
        return ("application/json", wire.reply(to: IngressProblem(problem)).body)
    }

    private func perform(_ action: ConnectionDeadlines.Action, _ context: ChannelHandlerContext) {
        guard !self.isOver else { return }
        switch action {
        case .start(let timer, let duration): self.deadline(of: timer)?.set(in: TimeAmount(duration))
        case .stop(let timer): self.deadline(of: timer)?.clear()
        case .none: break
        }
    }

    private func deadline(of timer: ConnectionDeadlines.Timer) -> MovingDeadline? {
        switch timer {
        case .reading: self.reading
        case .writing: self.writing
        }
    }

    private func expired(_ timer: ConnectionDeadlines.Timer, _ context: ChannelHandlerContext) {
        guard !self.isOver else { return context.close(promise: nil) }
        let verdict = self.deadlines.expired(timer)
        self.refuse(
            with: Problem(.requestTimeout, code: "request_timeout", "The request did not arrive in time."), verdict,
            context)
        // Whoever reads the request must not take what came so far for all of it.
        context.fireErrorCaught(ChannelError.inputClosed)
    }

    private func stopAll() {
        self.reading?.stop()
        self.writing?.stop()
    }
}

@available(*, unavailable)
extension ConnectionGuard: Sendable {}
