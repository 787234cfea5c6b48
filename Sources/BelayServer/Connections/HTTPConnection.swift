import BelayIngress
import HTTPTypes
import Hummingbird
import NIOCore
import NIOHTTP1

/// One connection: takes requests apart into what its task asks for, puts answers together, and keeps within its limits.
///
/// Lives on the connection's event loop, like every channel handler, and so does the task that calls it.
final class HTTPConnection: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundIn = Never
    typealias OutboundOut = ByteBuffer

    /// What came in of a request.
    enum Part: Sendable {
        case head(RequestHead)
        case body(ByteBuffer)
        case end

        /// What holding it takes, in bytes, about.
        var size: Int {
            switch self {
            case .head(let head): head.size
            case .body(let bytes): 64 + bytes.readableBytes
            case .end: 64
            }
        }
    }

    /// How much is held that nobody asked for yet, in bytes, before no more is read; what one read brings can come on top.
    static let window = 256 * 1_024
    /// The longest part of an answer that is copied to stand behind its head, in bytes.
    static let longestCopy = 16 * 1_024
    /// How long the rest of a refused body is still taken in.
    static let linger = TimeAmount.seconds(5)

    let rules: PathRules
    let limits: ConnectionLimits
    /// How long work may go on when the server is asked to stop.
    let grace: Duration
    /// The client hung up.
    let hangup = Signal()
    /// The server has been asked to stop.
    let stopping = Signal()
    var context: ChannelHandlerContext?

    // What comes in.
    var parts = CircularBuffer<Part>()
    var heldBytes = 0
    var waiting: CheckedContinuation<Part?, any Error>?
    var hasWithheldRead = false
    /// Whether a request has begun to come in and isn't here to its end.
    var isReceiving = false
    var hasInputEnded = false
    /// Of the request that is coming in.
    var incoming: RequestHead?

    // The request that is being worked on.
    var number = 0
    var current: RequestHead?
    var isBodyRead = true

    // What goes out.
    var framing: AnswerFraming?
    var unsent = ByteBuffer()
    var waitingForRoom: CheckedContinuation<Void, any Error>?
    var isLastRequest = false

    // Its limits.
    var deadlines: ConnectionDeadlines
    var reading: MovingDeadline?
    var writing: MovingDeadline?
    /// Whether the connection was refused anything further.
    var isOver = false

    init(limits: ConnectionLimits, rules: PathRules, grace: Duration) {
        self.grace = grace
        self.deadlines = ConnectionDeadlines(limits: limits)
        self.limits = limits
        self.rules = rules
    }
}

@available(*, unavailable)
extension HTTPConnection: Sendable {}

extension HTTPConnection {
    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        // Small events have to leave at once: Nagle's algorithm would hold each one for the acknowledgement of the last.
        context.channel.setOption(.tcpOption(.tcp_nodelay), value: 1).whenFailure { _ in }
        self.reading = MovingDeadline(on: context.eventLoop) { [unowned self] in self.expired(.reading, context) }
        self.writing = MovingDeadline(on: context.eventLoop) { [unowned self] in self.expired(.writing, context) }
        if context.channel.isActive { self.perform(self.deadlines.opened()) }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.stopAll()
        self.endInput()
        self.giveRoom(.failure(ChannelError.ioOnClosedChannel))
        // They hold the context.
        (self.reading, self.writing, self.context) = (nil, nil, nil)
    }

    func channelActive(context: ChannelHandlerContext) {
        self.perform(self.deadlines.opened())
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.hangup.happened()
        self.stopAll()
        self.endInput()
        self.giveRoom(.failure(ChannelError.ioOnClosedChannel))
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        // What still comes of a refused request.
        guard !self.isOver else { return }
        switch self.unwrapInboundIn(data) {
        case .head(let head): self.receive(head, context)
        case .body(let bytes): self.deliver(.body(bytes))
        case .end:
            self.isReceiving = false
            self.perform(self.deadlines.receivedEnd())
            self.deliver(.end)
        }
    }

    /// Holds the client back when it sends faster than it is worked for.
    func read(context: ChannelHandlerContext) {
        guard !self.mayRead, !self.isOver else { return context.read() }
        self.hasWithheldRead = true
        // It isn't the client that is slow.
        self.reading?.pause()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        self.perform(self.deadlines.becameWritable(context.channel.isWritable))
        if context.channel.isWritable { self.giveRoom(.success(())) }
        context.fireChannelWritabilityChanged()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case ChannelEvent.inputClosed:
            // A client that sends no more may still read, but nearly every one that does this is gone.
            self.hangup.happened()
            if self.isOver { context.close(promise: nil) }
            self.endInput()
        case is ChannelShouldQuiesceEvent:
            self.isLastRequest = true
            self.stopping.happened()
            // The rest of a request is waited for as long as an answer is, and not longer than ever.
            if self.isReceiving || self.isOver { self.reading?.bringForward(to: TimeAmount(self.grace)) }
            if self.deadlines.isIdle { self.end() }
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch error as? HTTPParserError {
        case .headerOverflow?:
            let problem = Problem(
                .requestHeaderFieldsTooLarge, code: "headers_too_large", "The headers of the request are too large.")
            self.refuse(with: problem, self.deadlines.refusal(), context)
        case .some: self.refuse(with: Self.malformed, self.deadlines.refusal(), context)
        case nil: context.close(promise: nil)
        }
    }

    static let malformed = Problem(
        .badRequest, code: "request_malformed", "This is not a request by HTTP/1.1.")
}
