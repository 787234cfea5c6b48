/// A port of this machine that refuses connections while nobody listens on it, and that only who knows it gets while this
/// lives: it is bound with `SO_REUSEADDR`, so a server that sets that too may come and go.
package final class ClosedPort: Sendable {
    package let number: Int
    private let socket: LocalSocket

    /// - Throws: `POSIXError` when no port is free.
    package init() throws { (self.socket, self.number) = try LocalSocket.bound(reusesAddress: true) }

    deinit { self.socket.close() }
}
