import BelayIngress
import HTTPTypes
import Hummingbird
import HummingbirdCore
import NIOCore

extension HTTPConnection {
    /// Ends the connection, on which nothing more is said.
    func end() {
        guard !self.isOver, let context, context.channel.isActive else { return }
        self.hangUp(context, lingers: self.isReceiving || self.hasWithheldRead)
    }

    /// Closes the connection once its client has taken what was said, for which there is a deadline.
    ///
    /// - Parameter lingers: Whether the client may be sending: its system throws an answer away when the connection is
    ///   closed over what it sent.
    private func hangUp(_ context: ChannelHandlerContext, lingers: Bool) {
        self.isOver = true
        self.stopAll()
        self.endInput()
        self.reading?.set(in: TimeAmount(self.stopping.hasHappened ? self.grace : self.limits.stall))
        let sent = context.eventLoop.makePromise(of: Void.self)
        sent.futureResult.assumeIsolated().whenComplete { _ in
            guard lingers, context.channel.isActive else { return context.close(promise: nil) }
            context.close(mode: .output, promise: nil)
            self.reading?.bringForward(to: Self.linger)
        }
        context.writeAndFlush(self.wrapOutboundOut(ByteBuffer()), promise: sent)
        if lingers, self.hasWithheldRead { context.read() }
    }

    /// Ends the connection with a refusal of the request that is coming in.
    func refuse(
        with problem: Problem, _ verdict: ConnectionDeadlines.Verdict, _ context: ChannelHandlerContext,
        lingers: Bool = false
    ) {
        guard !self.isOver else { return }
        if verdict == .answer {
            let bytes = AnswerFraming.refusal(self.response(to: problem))
            context.writeAndFlush(self.wrapOutboundOut(bytes), promise: nil)
        }
        self.hangUp(context, lingers: lingers && verdict == .answer)
    }

    /// In the form of whoever the request is for; what can't be read as a request is for nobody.
    private func response(to problem: Problem) -> (head: HTTPResponse, body: [UInt8]) {
        var (type, body, id) = ("application/problem+json", problem.bytes, HTTPFields())
        if self.isReceiving, let wire = self.incoming.flatMap({ self.rules.wire(of: $0.request) }) {
            let name = RequestID().description
            (type, id) = ("application/json", [wire.requestIDHeader: name])
            body = wire.reply(to: IngressProblem(problem), requestID: name).body
        }
        let fields: HTTPFields = [.contentType: type, .contentLength: "\(body.count)"] + id
        return (HTTPResponse(status: problem.status, headerFields: fields), body)
    }

    func perform(_ action: ConnectionDeadlines.Action) {
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

    func expired(_ timer: ConnectionDeadlines.Timer, _ context: ChannelHandlerContext) {
        // A client that reads nothing is not waited for again.
        guard !self.isOver, timer == .reading else { return context.close(promise: nil) }
        let problem = Problem(.requestTimeout, code: "request_timeout", "The request did not arrive in time.")
        self.refuse(with: problem, self.deadlines.expired(timer), context)
    }

    func stopAll() {
        self.reading?.stop()
        self.writing?.stop()
    }
}
