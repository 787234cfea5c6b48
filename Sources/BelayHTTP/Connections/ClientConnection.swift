import NIOCore
import NIOHTTP1
import NIOHTTPCompression
import NIOTLS

/// One connection to a server, behind the codec: carries one exchange after the other.
///
/// Lives on its event loop, like every channel handler.
final class ClientConnection: ChannelDuplexHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundIn = HTTPClientRequestPart
    typealias OutboundOut = HTTPClientRequestPart

    private let pool: ConnectionPool
    private let isSecure: Bool
    /// Told when the connection can be used, its TLS handshake included.
    private var ready: EventLoopPromise<NIOLoopBound<ClientConnection>>?
    /// Whether the pool has it. Of connections to several addresses of a host one gets there.
    private var isAdopted = false
    private var machine = ConnectionMachine()
    private var context: ChannelHandlerContext?
    private var exchange: Exchange?
    /// The first thing that went wrong: what ends the connection later says less.
    private var failure: (any Error)?
    private var isReadHeld = false
    private var decompresses = false

    init(of pool: ConnectionPool, isSecure: Bool) {
        self.pool = pool
        self.isSecure = isSecure
    }

    /// Says by `promise` when the connection can be used, or why it never will.
    func onceReady(_ promise: EventLoopPromise<NIOLoopBound<ClientConnection>>) {
        switch self.machine.state {
        case .closed: promise.fail(self.failure ?? HTTPTransportError(.closed, "the connection was closed"))
        case .connecting: self.ready = promise
        case .idle, .waiting, .receiving: promise.succeed(NIOLoopBound(self, eventLoop: self.pool.loop))
        }
    }

    func adopted() { self.isAdopted = true }

    /// Sends the request of an exchange, unless nobody wants its response any more.
    func run(_ exchange: Exchange) {
        guard let context = self.context, self.machine.state == .idle else {
            return self.pool.submitAgain(exchange, after: ChannelError.ioOnClosedChannel)
        }
        guard exchange.started(on: self, context.eventLoop) else { return self.pool.freed(self) }
        let request = exchange.request
        self.exchange = exchange
        self.machine.begin(isSafe: request.isSafe)
        let (head, end) = (context.eventLoop.makePromise(of: Void.self), context.eventLoop.makePromise(of: Void.self))
        head.futureResult.assumeIsolated().whenFailure { _ in self.machine.lostHead() }
        end.futureResult.assumeIsolated().whenSuccess { self.machine.wroteRequest() }
        context.write(self.wrapOutboundOut(.head(request.head)), promise: head)
        if let body = request.body { context.write(self.wrapOutboundOut(.body(.byteBuffer(body))), promise: nil) }
        context.writeAndFlush(self.wrapOutboundOut(.end(nil)), promise: end)
    }

    func close() { self.context?.close(promise: nil) }

    /// Ends the connection, unless it carries another exchange by now.
    func abandon(_ exchange: Exchange) { if self.exchange === exchange { self.close() } }

    /// The task took what had come, so that more may.
    func drained() {
        guard self.isReadHeld else { return }
        self.isReadHeld = false
        self.context?.read()
    }

    // MARK: The channel's events

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        if context.channel.isActive { self.opened(context) }
    }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelActive(context: ChannelHandlerContext) { self.opened(context) }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .handshakeCompleted? = event as? TLSUserEvent { self.becomeReady(context) }
    }

    private func opened(_ context: ChannelHandlerContext) {
        if !self.isSecure { self.becomeReady(context) }
    }

    private func becomeReady(_ context: ChannelHandlerContext) {
        guard self.machine.state == .connecting else { return }
        self.machine.connected()
        self.ready?.succeed(NIOLoopBound(self, eventLoop: context.eventLoop))
        self.ready = nil
    }

    func read(context: ChannelHandlerContext) {
        if self.exchange?.hasRoom == false {
            self.isReadHeld = true
        } else {
            context.read()
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch self.unwrapInboundIn(data) {
        case .head(let head):
            if !self.decompresses, head.headers.contains(name: "content-encoding") {
                return self.decompress(from: data, context)
            }
            self.receive(head, context)
        case .body(let chunk): self.exchange?.receive(chunk)
        case .end: self.receiveEnd(context)
        }
    }

    private func receive(_ head: HTTPResponseHead, _ context: ChannelHandlerContext) {
        // A compressed response leaves a handler behind that would change the next request.
        guard self.machine.receivedHead(keepsAlive: head.isKeepAlive && !self.decompresses),
            head.status != .switchingProtocols
        else { return self.errorCaught(context: context, error: HTTPParserError.invalidConstant) }
        self.exchange?.receive(head)
    }

    private func receiveEnd(_ context: ChannelHandlerContext) {
        guard self.machine.state == .receiving else { return }
        let exchange = self.exchange
        self.exchange = nil
        let rest = self.machine.receivedEnd()
        exchange?.finish()
        switch rest {
        case .reuse: self.pool.freed(self)
        case .close: context.close(promise: nil)
        }
    }

    /// Puts the decompressor before this handler, beginning with the head that asks for it.
    private func decompress(from head: NIOAny, _ context: ChannelHandlerContext) {
        self.decompresses = true
        let handler = NIOHTTPResponseDecompressor(limit: .ratio(self.pool.maxDecompressionRatio))
        do {
            let pipeline = context.pipeline.syncOperations
            try pipeline.addHandler(handler, position: .before(self))
            handler.channelRead(context: try pipeline.context(handler: handler), data: head)
        } catch {
            self.errorCaught(context: context, error: error)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if self.failure == nil { self.failure = error }
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        let isFault = self.failure != nil && !(self.failure is IOError)
        let loss = self.machine.ended(byPeer: !isFault)
        let error = self.failure ?? HTTPTransportError(.closed, "the connection was closed")
        let exchange = self.exchange
        self.exchange = nil
        guard self.isAdopted else {
            self.ready?.fail(error)
            return
        }
        self.pool.lost(self)
        guard let exchange else { return }
        if loss == .unanswered(mayRepeat: true) {
            self.pool.submitAgain(exchange, after: error)
        } else {
            exchange.fail(TransportFailure.carrying(error))
        }
    }
}

@available(*, unavailable)
extension ClientConnection: Sendable {}
