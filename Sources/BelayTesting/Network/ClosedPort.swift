import Foundation

/// A port of this machine that refuses connections while nobody listens on it, and that only who knows it gets while this
/// lives: it is bound with `SO_REUSEADDR`, so a server that sets that too may come and go.
package final class ClosedPort: Sendable {
    package let number: Int
    private let socket: Int32

    /// - Throws: `POSIXError` when no port is free.
    package init() throws {
        self.socket = Foundation.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var reuses: Int32 = 1
        setsockopt(self.socket, SOL_SOCKET, SO_REUSEADDR, &reuses, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let socket = self.socket
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(socket, address, length) == 0 && getsockname(socket, address, &length) == 0
            }
        }
        guard isBound else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
        self.number = Int(UInt16(bigEndian: address.sin_port))
    }

    deinit { close(self.socket) }
}
