import Foundation

/// A TCP socket of this machine, with calls that block: for threads, never for tasks.
package struct LocalSocket: Sendable {
    package let descriptor: Int32

    package init(descriptor: Int32) { self.descriptor = descriptor }

    /// A socket with a port of this machine that nobody else has, which doesn't listen yet.
    ///
    /// - Throws: `POSIXError` when no port is free.
    package static func bound(reusesAddress: Bool = false) throws -> (LocalSocket, port: Int) {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var reuses: Int32 = reusesAddress ? 1 : 0
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &reuses, socklen_t(MemoryLayout<Int32>.size))
        var address = Self.address(port: 0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(descriptor, address, length) == 0 && getsockname(descriptor, address, &length) == 0
            }
        }
        guard isBound else { throw Self.error() }
        return (LocalSocket(descriptor: descriptor), Int(UInt16(bigEndian: address.sin_port)))
    }

    package static func listening() throws -> (LocalSocket, port: Int) {
        let (bound, port) = try self.bound()
        guard listen(bound.descriptor, 64) == 0 else { throw Self.error() }
        return (bound, port)
    }

    package static func connected(to port: Int) throws -> LocalSocket {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = Self.address(port: port)
        let isConnected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                connect(descriptor, address, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        guard isConnected else { throw Self.error() }
        return LocalSocket(descriptor: descriptor)
    }

    /// The next connection; nil once ``stop()`` was called.
    package func accepted() -> LocalSocket? {
        let connection = accept(self.descriptor, nil, nil)
        guard connection >= 0 else { return nil }
        // Small writes leave at once, as pieces of their own.
        var isOn: Int32 = 1
        setsockopt(connection, Int32(IPPROTO_TCP), TCP_NODELAY, &isOn, socklen_t(MemoryLayout<Int32>.size))
        return LocalSocket(descriptor: connection)
    }

    /// - Returns: False when the other side is gone.
    @discardableResult
    package func send(_ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Foundation.send(self.descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    /// Some of what came; nothing when the other side has ended.
    package func received() -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: 16_384)
        let count = recv(self.descriptor, &buffer, buffer.count, 0)
        return Array(buffer.prefix(max(0, count)))
    }

    /// Ends all calls that block, in whatever thread. The number stays taken until ``close()``.
    package func stop() { shutdown(self.descriptor, Int32(SHUT_RDWR)) }

    package func close() { Foundation.close(self.descriptor) }

    private static func address(port: Int) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return address
    }

    private static func error() -> POSIXError { POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
}
