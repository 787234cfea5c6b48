import Foundation
import Synchronization

/// A server on a real socket that sends each connection the same bytes and closes it, or leaves it open.
///
/// It knows no HTTP beyond the end of a request's headers: what it sends may be as broken as a test wants.
final class CannedServer: Sendable {
    let port: Int
    private let listener: Int32
    private let received = Mutex<[String]>([])
    private let closings = AsyncStream<Void>.makeStream()

    /// - Parameter staysOpen: Whether to wait for the client to close after sending.
    init(sends bytes: [UInt8], staysOpen: Bool = false) throws {
        self.listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listener = self.listener
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(listener, address, length) == 0 && listen(listener, 16) == 0
                    && getsockname(listener, address, &length) == 0
            }
        }
        guard bound else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
        self.port = Int(UInt16(bigEndian: address.sin_port))
        // A thread of its own, since the calls block. It ends once the listener is shut down, and closes it: before that
        // its number must not go to another socket, whose connections this thread would take.
        Thread { [weak self] in
            while true {
                let connection = accept(listener, nil, nil)
                guard connection >= 0 else {
                    close(listener)
                    return
                }
                let text = Self.serve(connection, bytes: bytes, staysOpen: staysOpen)
                self?.received.withLock { $0.append(text) }
                self?.closings.continuation.yield()
            }
        }.start()
    }

    convenience init(sends text: String, staysOpen: Bool = false) throws {
        try self.init(sends: Array(text.utf8), staysOpen: staysOpen)
    }

    deinit {
        shutdown(self.listener, Int32(SHUT_RDWR))
    }

    /// The heads of the requests whose connections have ended.
    var requests: [String] { self.received.withLock { $0 } }

    /// Returns when a connection has ended.
    func connectionEnded() async {
        for await _ in self.closings.stream { return }
    }

    private static func serve(_ connection: Int32, bytes: [UInt8], staysOpen: Bool) -> String {
        defer { close(connection) }
        var head: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while !String(decoding: head, as: UTF8.self).contains("\r\n\r\n") {
            let count = recv(connection, &buffer, buffer.count, 0)
            guard count > 0 else { break }
            head += buffer[..<count]
        }
        _ = send(connection, bytes, bytes.count, Int32(MSG_NOSIGNAL))
        if staysOpen { while recv(connection, &buffer, buffer.count, 0) > 0 {} }
        return String(decoding: head, as: UTF8.self)
    }
}
