import NIOCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Ends a connection the hard way.
enum SocketReset {
    /// Closes without lingering, so that the kernel sends RST in place of FIN.
    static func close(_ channel: any Channel) {
        guard let socket = channel as? any SocketOptionProvider else { return channel.close(promise: nil) }
        socket.setSoLinger(linger(l_onoff: 1, l_linger: 0)).whenComplete { _ in
            // A socket that takes no options any more is closed already, or closes in the ordinary way.
            channel.close(promise: nil)
        }
    }
}
