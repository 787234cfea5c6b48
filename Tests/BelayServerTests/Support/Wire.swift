import BelayJSON
import NIOCore
import NIOPosix

/// One TCP connection to the server under test, with nothing between the test and the bytes.
struct Wire {
    private let channel: any Channel
    private let outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    private var inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    private var received: [UInt8] = []

    /// Connects, runs `body`, and hangs up.
    static func open<Value>(_ port: Int, _ body: (inout Wire) async throws -> Value) async throws -> Value {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            var wire = Wire(channel: channel.channel, outbound: outbound, inbound: inbound.makeAsyncIterator())
            return try await body(&wire)
        }
    }

    func send(_ bytes: [UInt8]) async throws { try await self.outbound.write(ByteBuffer(bytes: bytes)) }
    func send(_ text: String) async throws { try await self.send(Array(text.utf8)) }

    /// Sends a whole request.
    func request(
        _ method: String, _ path: String, body: [UInt8]? = nil, headers: [String: String] = [:]
    ) async throws {
        var head = "\(method) \(path) HTTP/1.1\r\n"
        if headers["Host"] == nil { head += "Host: localhost\r\n" }
        for (name, value) in headers { head += "\(name): \(value)\r\n" }
        if let body { head += "Content-Length: \(body.count)\r\n" }
        try await self.send(Array((head + "\r\n").utf8) + (body ?? []))
    }

    /// The next bytes up to and with `mark`; nil when the server hung up before.
    private mutating func bytes(through mark: [UInt8]) async throws -> [UInt8]? {
        var from = 0
        while true {
            if let end = self.received.index(after: mark, from: from) {
                defer { self.received.removeFirst(end) }
                return Array(self.received[..<end])
            }
            from = max(0, self.received.count - mark.count)
            guard try await self.receive() else { return nil }
        }
    }

    private mutating func bytes(_ count: Int) async throws -> [UInt8]? {
        while self.received.count < count { guard try await self.receive() else { return nil } }
        defer { self.received.removeFirst(count) }
        return Array(self.received[..<count])
    }

    private mutating func receive() async throws -> Bool {
        do {
            guard let more = try await self.inbound.next() else { return false }
            self.received += more.readableBytesView
            return true
        } catch let error as IOError where error.errnoCode == 104 {
            return false  // Reset by the peer: it hung up all the same.
        }
    }

    /// Whether the server hangs up without another byte.
    mutating func isHungUp() async throws -> Bool { try await !self.receive() && self.received.isEmpty }

    /// Status line and headers of the next answer.
    mutating func head() async throws -> Reply {
        guard let head = try await self.bytes(through: Array("\r\n\r\n".utf8)) else { throw HungUp() }
        return try Reply(head: String(decoding: head, as: UTF8.self))
    }

    /// The next answer as a whole.
    mutating func reply(toHead: Bool = false) async throws -> Reply {
        var reply = try await self.head()
        if toHead || reply.status == 204 { return reply }
        if let length = reply.headers["content-length"].flatMap({ Int($0) }) {
            guard let body = try await self.bytes(length) else { throw HungUp() }
            reply.body = body
        } else {
            while let chunk = try await self.chunk() { reply.body += chunk }
        }
        return reply
    }

    /// The next chunk of a chunked answer; nil after the last.
    mutating func chunk() async throws -> [UInt8]? {
        guard let line = try await self.bytes(through: [13, 10]),
            let size = Int(String(decoding: line.dropLast(2), as: UTF8.self), radix: 16),
            let chunk = try await self.bytes(size + 2)
        else { throw HungUp() }
        return size == 0 ? nil : chunk.dropLast(2)
    }

    /// Everything until the server hangs up.
    mutating func rest() async throws -> String {
        while try await self.receive() {}
        defer { self.received = [] }
        return String(decoding: self.received, as: UTF8.self)
    }

    /// Sends no more, and can still read.
    func endSending() async throws { try await self.channel.close(mode: .output) }

    /// Hangs up at once.
    func close() async throws { try await self.channel.close() }

    struct HungUp: Error {}
}

extension [UInt8] {
    /// The index after the first occurrence of `mark`.
    fileprivate func index(after mark: [UInt8], from start: Int) -> Int? {
        guard self.count >= start + mark.count else { return nil }
        for index in start...(self.count - mark.count)
        where self[index..<(index + mark.count)].elementsEqual(mark) {
            return index + mark.count
        }
        return nil
    }
}
