import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Synchronization

/// A transport over sockets of its own: pooled HTTP/1.1 connections, TLS verified against the system's roots.
///
/// Each event loop has its own connections, so that a request which comes from a loop is carried by that loop and crosses
/// no thread. Bodies are read no faster than they are taken. Cancelling the task closes the connection, so HTTP/2 isn't
/// used: there a server goes on with what it was asked. A request that can't have been read by the server, or that is safe
/// by HTTP and met a connection which its server was just closing, is sent once more; nothing else is ever sent twice.
public final class DirectHTTPTransport: HTTPTransport {
    public struct Settings: Sendable, Hashable {
        /// For requests that don't say. Default 10 s.
        public var connectTimeout: Duration
        /// Connections to one host that may be open, shared evenly by the event loops; more requests wait for one within
        /// the connect timeout, eight times as many at most. Default 1,024.
        public var maxConnectionsPerHost: Int
        /// How long an unused connection is kept at least; at most twice as long. Default 15 s: with that less than what
        /// most servers wait before they close one, so that a request rarely meets a connection that is just being closed.
        public var idleTimeout: Duration
        /// Bytes of all headers of a response. Default 64 KiB.
        public var maxHeaderBytes: Int
        /// How many times larger than its compressed form a body may be. Default 200.
        public var maxDecompressionRatio: Int

        public init(
            connectTimeout: Duration = .seconds(10), maxConnectionsPerHost: Int = 1_024,
            idleTimeout: Duration = .seconds(15), maxHeaderBytes: Int = 64 << 10, maxDecompressionRatio: Int = 200
        ) {
            self.connectTimeout = connectTimeout
            self.maxConnectionsPerHost = maxConnectionsPerHost
            self.idleTimeout = idleTimeout
            self.maxHeaderBytes = maxHeaderBytes
            self.maxDecompressionRatio = maxDecompressionRatio
        }
    }

    /// One for the whole process, which needs no shutdown.
    public static let shared = DirectHTTPTransport()

    /// Beyond this many hosts, those without connections are forgotten.
    private static let maxPools = 1_024

    private struct Place: Hashable {
        var origin: Origin
        var loop: ObjectIdentifier
    }

    private struct State {
        var pools: [Place: ConnectionPool] = [:]
        var isShutDown = false
    }

    private let settings: Settings
    private let trust: TrustedRoots
    private let loops: [any EventLoop]
    private let state = Mutex(State())

    public convenience init(settings: Settings = Settings()) { self.init(settings: settings, trusting: nil) }

    /// - Parameter certificates: In PEM, to trust in place of the system's roots.
    package init(settings: Settings, trusting certificates: String?) {
        self.settings = settings
        self.trust = TrustedRoots(certificates)
        self.loops = Array(MultiThreadedEventLoopGroup.singleton.makeIterator())
    }

    public func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        try Task.checkCancellation()
        let target = try RequestTarget(request.url)
        let outgoing = try OutgoingRequest(request, to: target)
        let tls = target.origin.isSecure ? try await self.trust.context() : nil
        let pool = try self.pool(for: target.origin, tls: tls)
        let exchange = Exchange(outgoing, through: pool, connectTimeout: request.connectTimeout)
        do {
            let head = try await exchange.head()
            return HTTPResponse(head, of: exchange, maxBytes: request.maxResponseBytes)
        } catch {
            throw TransportFailure.naming(request.url, in: error)
        }
    }

    /// Closes all connections; requests on their way fail. Needed once for a transport that is not `shared`.
    public func shutdown() async throws {
        let pools = self.state.withLock { state in
            state.isShutDown = true
            defer { state.pools = [:] }
            return Array(state.pools.values)
        }
        for pool in pools { try await pool.shutDown().get() }
    }

    /// Connections there are at this moment, to all hosts.
    package var openConnections: Int {
        self.state.withLock { $0.pools.values.reduce(0) { $0 + $1.openConnections } }
    }

    private func pool(for origin: Origin, tls: NIOSSLContext?) throws -> ConnectionPool {
        let loop = self.loop(for: origin)
        let place = Place(origin: origin, loop: ObjectIdentifier(loop))
        return try self.state.withLock { state in
            guard !state.isShutDown else { throw HTTPTransportError(.shutDown, "the transport was shut down") }
            if let pool = state.pools[place] { return pool }
            let pool = ConnectionPool(
                to: origin, on: loop, limit: max(1, self.settings.maxConnectionsPerHost / self.loops.count),
                settings: self.settings, tls: tls)
            if state.pools.count >= Self.maxPools {
                state.pools = state.pools.filter { $0.value.openConnections > 0 }
            }
            state.pools[place] = pool
            return pool
        }
    }

    /// The loop that the caller is on. Callers elsewhere share one loop for each origin, and so its connections.
    private func loop(for origin: Origin) -> any EventLoop {
        if let current = MultiThreadedEventLoopGroup.currentEventLoop, self.loops.contains(where: { $0 === current }) {
            return current
        }
        return self.loops[Int(UInt(bitPattern: origin.hashValue) % UInt(self.loops.count))]
    }
}

extension HTTPResponse {
    fileprivate init(_ head: HTTPResponseHead, of exchange: Exchange, maxBytes: Int) {
        self.init(
            status: Int(head.status.code),
            headers: HTTPHeaderFields(head.headers.map { HTTPHeaderFields.Field(name: $0.name, value: $0.value) }),
            body: HTTPResponseBody(ArrivingBody(exchange), limit: maxBytes))
    }
}
