import Hummingbird
import HummingbirdCore
import NIOCore

extension HTTPConnection {
    /// Begins the answer to the latest request. Its head leaves with the first bytes of its body, if they come at once.
    ///
    /// - Returns: The number of the answer.
    /// - Throws: `ChannelError` on a connection that was refused anything further.
    func begin(_ response: Response) throws -> Int {
        guard !self.isOver else { throw ChannelError.ioOnClosedChannel }
        guard let current else { preconditionFailure("an answer without a request") }
        let isLast = self.isLastRequest || self.hasInputEnded && !self.holdsRequest
        let framing = AnswerFraming(response.head, to: current, isLast: isLast)
        if framing.isLast { self.isLastRequest = true }
        self.unsent = ByteBuffer()
        self.unsent.reserveCapacity(1_024 + min(response.body.contentLength ?? 0, Self.longestCopy))
        framing.writeHead(into: &self.unsent)
        self.framing = framing
        self.deadlines.sentHead()
        if framing.isStreamed { self.sendHeadSoon() }
        return self.number
    }

    /// Whether another request waits for its answer.
    private var holdsRequest: Bool {
        self.parts.contains {
            if case .head = $0 { true } else { false }
        }
    }

    /// Sends the head of a stream by itself, if its first bytes don't come at once.
    private func sendHeadSoon() {
        let number = self.number
        self.context?.eventLoop.assumeIsolated().execute {
            guard self.number == number, self.framing != nil, self.unsent.readableBytes > 0 else { return }
            // Whoever writes next meets the same error.
            try? self.flush()
        }
    }

    /// Sends a part of the body, and waits until there is room for more.
    ///
    /// - Throws: `ChannelError` when the client is gone, `CancellationError`.
    func send(_ bytes: ByteBuffer, of number: Int) async throws {
        let framing = try self.framing(of: number)
        guard framing.isStreamed || bytes.readableBytes + self.unsent.readableBytes > Self.longestCopy else {
            // Nobody waits for a part of it, and all of it goes out at once.
            return framing.write(bytes, into: &self.unsent)
        }
        framing.write(bytes, into: &self.unsent)
        try self.flush()
        if self.context?.channel.isWritable == false { try await self.room() }
    }

    /// Ends the answer.
    func finish(_ number: Int) throws {
        try self.framing(of: number).writeEnd(into: &self.unsent)
        self.framing = nil
        try self.flush()
        self.perform(self.deadlines.sentEnd())
    }

    /// - Throws: `ChannelError` for an answer that nobody ended: its client must not take what came for all of it.
    func checkEnded(_ number: Int) throws {
        if number == self.number, self.framing != nil { throw ChannelError.outputClosed }
    }

    private func framing(of number: Int) throws -> AnswerFraming {
        guard let framing = self.framing, number == self.number, !self.isOver else {
            throw ChannelError.ioOnClosedChannel
        }
        return framing
    }

    private func flush() throws {
        guard let context, context.channel.isActive else { throw ChannelError.ioOnClosedChannel }
        context.writeAndFlush(self.wrapOutboundOut(self.unsent), promise: nil)
        self.unsent = ByteBuffer()
        // A write that fails closes the channel on the spot.
        guard context.channel.isActive else { throw ChannelError.ioOnClosedChannel }
    }

    /// Waits until the client has read enough of what it was sent.
    func room() async throws {
        guard let context, context.channel.isActive else { throw ChannelError.ioOnClosedChannel }
        let (connection, loop) = (NIOLoopBound(self, eventLoop: context.eventLoop), context.eventLoop)
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { self.waitingForRoom = $0 }
        } onCancel: {
            loop.execute { connection.value.giveRoom(.failure(CancellationError())) }
        }
    }

    func giveRoom(_ result: Result<Void, any Error>) {
        guard let waitingForRoom else { return }
        self.waitingForRoom = nil
        waitingForRoom.resume(with: result)
    }
}
