import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// The connections of one event loop to one origin.
///
/// Sendable, since everything but the calls that say so happens on `loop`, which they check.
final class ConnectionPool: @unchecked Sendable {
    let loop: any EventLoop
    let maxDecompressionRatio: Int
    private let origin: Origin
    private let settings: DirectHTTPTransport.Settings
    private let tls: NIOSSLContext?
    /// Only touched on `loop`, like all that follows.
    private var machine: PoolMachine<ClientConnection, Exchange>
    private var connections: [ObjectIdentifier: ClientConnection] = [:]
    private var timeouts: [ObjectIdentifier: Scheduled<Void>] = [:]
    private var sweep: Scheduled<Void>?
    private var isShutDown = false
    /// Connections there are, those included that are being made. For any thread.
    private let count = Atomic(0)
    var openConnections: Int { self.count.load(ordering: .relaxed) }

    private static var shutDown: HTTPTransportError { HTTPTransportError(.shutDown, "the transport was shut down") }

    init(
        to origin: Origin, on loop: any EventLoop, limit: Int, settings: DirectHTTPTransport.Settings,
        tls: NIOSSLContext?
    ) {
        self.loop = loop
        self.origin = origin
        self.settings = settings
        self.tls = tls
        self.maxDecompressionRatio = settings.maxDecompressionRatio
        self.machine = PoolMachine(limit: limit, maxWaiting: limit * 8)
    }

    // MARK: From any thread

    func submit(_ exchange: Exchange) {
        if self.loop.inEventLoop { self.admit(exchange) } else { self.loop.execute { self.admit(exchange) } }
    }

    /// Nobody wants this response any more: its connection is of no further use, or its place is free.
    func abandoned(_ exchange: Exchange, _ connection: NIOLoopBound<ClientConnection>?) {
        self.loop.execute {
            connection?.value.abandon(exchange)
            if self.machine.forget(exchange) { self.stopWaiting(exchange) }
        }
    }

    func drained(_ connection: NIOLoopBound<ClientConnection>) {
        self.loop.execute { connection.value.drained() }
    }

    /// Closes everything; what is under way fails.
    func shutDown() -> EventLoopFuture<Void> {
        self.loop.submit {
            self.isShutDown = true
            self.sweep?.cancel()
            for connection in self.connections.values { connection.close() }
        }
    }

    // MARK: On the loop

    private func admit(_ exchange: Exchange, fresh: Bool = false) {
        self.loop.assertInEventLoop()
        guard !self.isShutDown else { return exchange.fail(Self.shutDown) }
        let admission = self.machine.admit(exchange, fresh: fresh)
        self.count.store(self.machine.open, ordering: .relaxed)
        switch admission {
        case .run(let connection): connection.run(exchange)
        case .connect: self.connect(for: exchange)
        case .wait: self.startWaiting(exchange)
        case .refuse:
            exchange.fail(
                HTTPTransportError(
                    .connectTimeout, "as many requests as may wait for a connection wait already"))
        }
    }

    /// The connection was lost before the request can have been acted upon, or the request changes nothing.
    func submitAgain(_ exchange: Exchange, after error: any Error) {
        guard exchange.startsAgain() else { return exchange.fail(TransportFailure.carrying(error)) }
        self.admit(exchange, fresh: true)
    }

    func freed(_ connection: ClientConnection) {
        guard !self.isShutDown else { return connection.close() }
        guard let next = self.machine.freed(connection, at: .now()) else { return self.startSweep() }
        self.stopWaiting(next)
        connection.run(next)
    }

    func lost(_ connection: ClientConnection) {
        self.connections[ObjectIdentifier(connection)] = nil
        self.replace(self.machine.lost(connection))
    }

    private func replace(_ waiter: Exchange?) {
        self.count.store(self.machine.open, ordering: .relaxed)
        guard let waiter else { return }
        self.stopWaiting(waiter)
        guard !self.isShutDown else {
            waiter.fail(Self.shutDown)
            return self.replace(self.machine.lost(nil))
        }
        self.connect(for: waiter)
    }

    private func connect(for exchange: Exchange) {
        let timeout = exchange.connectTimeout ?? self.settings.connectTimeout
        Connector(origin: self.origin, tls: self.tls, settings: self.settings)
            .connect(for: self, within: TimeAmount(timeout)).assumeIsolated().whenComplete { result in
                switch result {
                case .success(let connection):
                    self.connections[ObjectIdentifier(connection.value)] = connection.value
                    connection.value.adopted()
                    if self.isShutDown {
                        exchange.fail(Self.shutDown)
                        return connection.value.close()
                    }
                    connection.value.run(exchange)
                case .failure(let error):
                    exchange.fail(TransportFailure.connecting(error))
                    self.replace(self.machine.lost(nil))
                }
            }
    }

    private func startWaiting(_ exchange: Exchange) {
        let timeout = exchange.connectTimeout ?? self.settings.connectTimeout
        self.timeouts[ObjectIdentifier(exchange)] = self.loop.assumeIsolated().scheduleTask(in: TimeAmount(timeout)) {
            self.timeouts[ObjectIdentifier(exchange)] = nil
            guard self.machine.forget(exchange) else { return }
            exchange.fail(HTTPTransportError(.connectTimeout, "no connection was free in time"))
        }
    }

    private func stopWaiting(_ exchange: Exchange) {
        self.timeouts.removeValue(forKey: ObjectIdentifier(exchange))?.cancel()
    }

    /// Closes what has idled for too long, and looks again as long as anything idles.
    private func startSweep() {
        guard self.sweep == nil else { return }
        let idleTimeout = TimeAmount(self.settings.idleTimeout)
        self.sweep = self.loop.assumeIsolated().scheduleTask(in: idleTimeout) {
            self.sweep = nil
            for connection in self.machine.expired(since: .now() - idleTimeout) { connection.close() }
            if self.machine.idleCount > 0 { self.startSweep() }
        }
    }
}
