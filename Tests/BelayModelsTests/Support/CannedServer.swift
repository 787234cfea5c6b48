import BelayTesting
import Foundation
import Synchronization

/// A server on a real socket that sends each connection the same bytes and closes it, or leaves it open.
///
/// It knows no HTTP beyond the end of a request's headers: what it sends may be as broken as a test wants.
final class CannedServer: Sendable {
    let port: Int
    private let listener: LocalSocket
    private let received = Mutex<[String]>([])
    private let closings = AsyncStream<Void>.makeStream()

    /// - Parameter staysOpen: Whether to wait for the client to close after sending.
    init(sends bytes: [UInt8], staysOpen: Bool = false) throws {
        (self.listener, self.port) = try LocalSocket.listening()
        // A thread of its own, since the calls block. It ends once the listener is stopped, and closes it: before that its
        // number must not go to another socket, whose connections this thread would take.
        Thread { [weak self, listener = self.listener] in
            while let connection = listener.accepted() {
                let text = Self.serve(connection, bytes: bytes, staysOpen: staysOpen)
                self?.received.withLock { $0.append(text) }
                self?.closings.continuation.yield()
            }
            listener.close()
        }.start()
    }

    convenience init(sends text: String, staysOpen: Bool = false) throws {
        try self.init(sends: Array(text.utf8), staysOpen: staysOpen)
    }

    deinit { self.listener.stop() }

    /// The heads of the requests whose connections have ended.
    var requests: [String] { self.received.withLock { $0 } }

    /// Returns when a connection has ended.
    func connectionEnded() async {
        for await _ in self.closings.stream { return }
    }

    private static func serve(_ connection: LocalSocket, bytes: [UInt8], staysOpen: Bool) -> String {
        defer { connection.close() }
        var head: [UInt8] = []
        while !String(decoding: head, as: UTF8.self).contains("\r\n\r\n") {
            let part = connection.received()
            guard !part.isEmpty else { break }
            head += part
        }
        connection.send(bytes)
        if staysOpen { while !connection.received().isEmpty {} }
        return String(decoding: head, as: UTF8.self)
    }
}
