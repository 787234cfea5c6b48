import Foundation
import Synchronization

/// A server on a real socket whose every connection follows a script: what it does for the first request on it, for the
/// second, and so on. After its script a connection is closed; further connections follow the last script.
final class ScriptedServer: Sendable {
    enum Turn: Sendable {
        /// Reads a whole request, then sends this.
        case answer(String)
        /// Reads the head of a request and nothing of its body, then sends this.
        case answerEarly(String)
        /// Reads a whole request and ends the connection.
        case hangUp
        /// Sends this without having been asked.
        case push(String)
        /// Waits for the client to close.
        case stay
        /// Reads nothing more, for as long as the server is there.
        case ignore
    }

    struct Request: Sendable, Hashable {
        /// Which of the server's connections it came over, from 0.
        var connection: Int
        var head: String
        var body: Int
    }

    let port: Int
    private let listener: Int32
    private let log: Log

    private final class Log: Sendable {
        let requests = Mutex<[Request]>([])
        let ended = AsyncStream<Void>.makeStream()
        let isOver = DispatchSemaphore(value: 0)
    }

    init(_ scripts: [[Turn]], isIPv6: Bool = false) throws {
        self.listener = socket(isIPv6 ? AF_INET6 : AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        self.port = try Self.bound(self.listener, isIPv6: isIPv6)
        let (listener, log) = (self.listener, Log())
        self.log = log
        // Threads, since the calls block. This one ends once the listener is shut down, and closes it.
        Thread {
            var number = 0
            while true {
                let connection = accept(listener, nil, nil)
                guard connection >= 0 else {
                    close(listener)
                    return
                }
                let (script, index) = (scripts[min(number, scripts.count - 1)], number)
                Thread { Self.serve(connection, script, index, log) }.start()
                number += 1
            }
        }.start()
    }

    deinit {
        shutdown(self.listener, Int32(SHUT_RDWR))
        self.log.isOver.signal()
    }

    var url: String { "http://127.0.0.1:\(self.port)/" }
    var requests: [Request] { self.log.requests.withLock { $0 } }

    /// Returns when a connection has ended: one for each call.
    func connectionEnded() async {
        for await _ in self.log.ended.stream { return }
    }

    private static func bound(_ listener: Int32, isIPv6: Bool) throws -> Int {
        var storage = sockaddr_storage()
        var length = socklen_t(isIPv6 ? MemoryLayout<sockaddr_in6>.size : MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutableBytes(of: &storage) { bytes in
            if isIPv6 {
                bytes.storeBytes(
                    of: {
                        var address = sockaddr_in6()
                        address.sin6_family = sa_family_t(AF_INET6)
                        inet_pton(AF_INET6, "::1", &address.sin6_addr)
                        return address
                    }(), as: sockaddr_in6.self)
            } else {
                bytes.storeBytes(
                    of: {
                        var address = sockaddr_in()
                        address.sin_family = sa_family_t(AF_INET)
                        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
                        return address
                    }(), as: sockaddr_in.self)
            }
            // A socket address is laid out as its family says.
            let address = bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self)
            return bind(listener, address, length) == 0 && listen(listener, 64) == 0
                && getsockname(listener, address, &length) == 0
        }
        guard isBound else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
        // The port stands in the same place in both kinds of addresses.
        return withUnsafeBytes(of: &storage) { Int(UInt16(bigEndian: $0.load(fromByteOffset: 2, as: UInt16.self))) }
    }

    private static func serve(_ connection: Int32, _ script: [Turn], _ number: Int, _ log: Log) {
        var reader = RequestReader(connection: connection)
        turns: for turn in script {
            switch turn {
            case .push(let text): Self.write(text, to: connection)
            case .answerEarly(let text):
                guard let head = reader.head() else { break turns }
                log.requests.withLock { $0.append(Request(connection: number, head: head, body: 0)) }
                Self.write(text, to: connection)
            case .answer, .hangUp:
                guard let head = reader.head(), let body = reader.body(after: head) else { break turns }
                log.requests.withLock { $0.append(Request(connection: number, head: head, body: body)) }
                guard case .answer(let text) = turn else { break turns }
                Self.write(text, to: connection)
            case .stay: reader.drain()
            case .ignore:
                log.isOver.wait()
                log.isOver.signal()  // For the next one.
            }
        }
        close(connection)
        log.ended.continuation.yield()
    }

    private static func write(_ text: String, to connection: Int32) {
        let bytes = Array(text.utf8)
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes { rest in
                send(connection, rest.baseAddress, rest.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            sent += count
        }
    }
}

/// Reads requests from a socket, whose bodies have the length that their heads say.
private struct RequestReader {
    let connection: Int32
    private var bytes: [UInt8] = []

    init(connection: Int32) { self.connection = connection }

    mutating func head() -> String? {
        while true {
            if let end = self.bytes.firstRange(of: Array("\r\n\r\n".utf8)) {
                defer { self.bytes.removeFirst(end.upperBound) }
                return String(decoding: self.bytes[..<end.lowerBound], as: UTF8.self)
            }
            guard self.fill() else { return nil }
        }
    }

    /// - Returns: Its length.
    mutating func body(after head: String) -> Int? {
        let line = head.lowercased().split(separator: "\r\n").first { $0.hasPrefix("content-length:") }
        let length = line.flatMap { Int($0.dropFirst(15).trimmingCharacters(in: .whitespaces)) } ?? 0
        while self.bytes.count < length { guard self.fill() else { return nil } }
        self.bytes.removeFirst(length)
        return length
    }

    mutating func drain() { while self.fill() { self.bytes = [] } }

    private mutating func fill() -> Bool {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = recv(self.connection, &buffer, buffer.count, 0)
        guard count > 0 else { return false }
        self.bytes += buffer[..<count]
        return true
    }
}
