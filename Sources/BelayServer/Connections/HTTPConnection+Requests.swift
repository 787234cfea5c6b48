import HTTPTypes
import Hummingbird
import NIOCore
import NIOHTTP1

extension HTTPConnection {
    func receive(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        self.isReceiving = true
        self.perform(self.deadlines.receivedHead())
        self.incoming = RequestHead(head)
        guard let head = self.incoming else {
            return self.refuse(with: Self.malformed, self.deadlines.refusal(), context)
        }
        // Behind an answer that is still being made nothing can be said; whoever reads the body counts it, too.
        if self.deadlines.refusal() == .answer, self.isRefused(head.request, context) { return }
        self.deliver(.head(head))
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
        // Clients of HTTP/1.0 would take it for the answer.
        if hasBody, self.incoming?.isHTTP10 == false, head.headerFields[.expect]?.lowercased() == "100-continue" {
            let leave = ByteBuffer(staticString: "HTTP/1.1 100 Continue\r\n\r\n")
            context.writeAndFlush(self.wrapOutboundOut(leave), promise: nil)
        }
        return false
    }

    func deliver(_ part: Part) {
        if let waiting {
            self.waiting = nil
            waiting.resume(returning: part)
        } else {
            self.parts.append(part)
            self.heldBytes += part.size
        }
    }

    func endInput() {
        self.hasInputEnded = true
        guard let waiting else { return }
        self.waiting = nil
        // Whoever reads a request must not take what came so far for all of it.
        if self.isReceiving {
            waiting.resume(throwing: ChannelError.inputClosed)
        } else {
            waiting.resume(returning: nil)
        }
    }

    private func nextPart() async throws -> Part? {
        if let part = self.parts.popFirst() {
            self.heldBytes -= part.size
            if self.hasWithheldRead, self.mayRead { self.readOn() }
            return part
        }
        if self.hasInputEnded || self.isOver {
            if self.isReceiving { throw ChannelError.inputClosed }
            return nil
        }
        return try await withCheckedThrowingContinuation { self.waiting = $0 }
    }

    /// Whether there is room for more. Behind a request for another protocol there is never: nobody reads that.
    var mayRead: Bool {
        self.heldBytes <= Self.window && (self.isReceiving || self.incoming?.changesProtocol != true)
    }

    private func readOn() {
        self.hasWithheldRead = false
        self.reading?.resume()
        self.context?.read()
    }

    /// The next request, past what nobody read of the last one; nil when there is none.
    ///
    /// - Throws: `ChannelError` for one that breaks off.
    func nextRequest() async throws -> HTTPRequest? {
        guard self.current == nil || !self.isLastRequest else { return nil }
        // Who doesn't read answers gets no further ones.
        if self.context?.channel.isWritable == false { try await self.room() }
        while let part = try await self.nextPart() {
            guard case .head(let head) = part else { continue }
            self.number += 1
            self.current = head
            self.isBodyRead = false
            return head.request
        }
        return nil
    }

    /// What the latest request brings: all of it, if it is here already, as is that of nearly all.
    func body(served connection: ServedConnection) -> RequestBody {
        guard case .end? = self.parts.last ?? nil, self.holdsOneRequest else {
            return RequestBody(asyncSequence: ConnectionBody(connection: connection, number: self.number))
        }
        var whole = ByteBuffer()
        while case .body(var bytes)? = self.parts.popFirst() {
            if whole.readableBytes == 0 { whole = bytes } else { whole.writeBuffer(&bytes) }
        }
        self.heldBytes = 0
        self.isBodyRead = true
        return RequestBody(buffer: whole)
    }

    /// Whether what is held is the rest of one request, and nothing of another.
    private var holdsOneRequest: Bool {
        !self.hasWithheldRead
            && self.parts.allSatisfy {
                if case .head = $0 { return false }
                return true
            }
    }

    /// - Returns: Nil after the last of the body of a request.
    /// - Throws: `ChannelError` for a body that breaks off, or that is read when its answer was sent.
    func nextBytes(of number: Int) async throws -> ByteBuffer? {
        guard number == self.number else { throw ChannelError.inputClosed }
        guard !self.isBodyRead else { return nil }
        switch try await self.nextPart() {
        case .body(let bytes)?: return bytes
        case .end?:
            self.isBodyRead = true
            return nil
        case .head?, nil: throw ChannelError.inputClosed
        }
    }
}
