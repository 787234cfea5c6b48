import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import Synchronization

/// A transport over AsyncHTTPClient: pooled HTTP/1.1 connections, TLS verified against the system's roots.
///
/// Decompresses gzip and deflate within the limit of the response. Cancelling the task closes the connection, so HTTP/2
/// isn't used: there a server goes on with what it was asked.
public final class AsyncHTTPTransport: HTTPTransport {
    public struct Settings: Sendable, Hashable {
        /// For requests that don't say. Default 10 s.
        public var connectTimeout: Duration
        /// Connections to one host that may be open; more requests wait for one within the connect timeout. Default 512.
        public var maxConnectionsPerHost: Int
        /// How long an unused connection is kept. Default 30 s: less than what most servers wait before they close one,
        /// so that a request rarely meets a connection that is just being closed.
        public var idleTimeout: Duration
        /// How many times larger than its compressed form a body may be. Default 200.
        public var maxDecompressionRatio: Int

        public init(
            connectTimeout: Duration = .seconds(10), maxConnectionsPerHost: Int = 512,
            idleTimeout: Duration = .seconds(30), maxDecompressionRatio: Int = 200
        ) {
            self.connectTimeout = connectTimeout
            self.maxConnectionsPerHost = maxConnectionsPerHost
            self.idleTimeout = idleTimeout
            self.maxDecompressionRatio = maxDecompressionRatio
        }
    }

    /// One for the whole process, which needs no shutdown.
    public static let shared = AsyncHTTPTransport()

    /// Different connect timeouts that requests may ask for; further ones get the default.
    private static let maxClients = 16

    private struct State {
        /// By connect timeout, which AsyncHTTPClient only knows for a whole client.
        var clients: [Duration: HTTPClient] = [:]
        var isShutDown = false
    }

    private let settings: Settings
    private let state = Mutex(State())

    public init(settings: Settings = Settings()) {
        HTTPCodecs.makeReady()
        self.settings = settings
    }

    public func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        try Task.checkCancellation()
        let client = try self.client(connectTimeout: request.connectTimeout ?? self.settings.connectTimeout)
        do {
            // The caller's deadline ends the task; a second clock here would only report the same thing in other words.
            let response = try await client.execute(try HTTPClientRequest(request), deadline: .distantFuture)
            return HTTPResponse(response, maxBytes: request.maxResponseBytes)
        } catch {
            throw TransportFailure.naming(
                request.url, in: TransportFailure.mapped(error, hasResponse: false))
        }
    }

    /// Closes all connections; requests on their way fail. Needed once for a transport that is not `shared`.
    public func shutdown() async throws {
        let clients = self.state.withLock { state in
            state.isShutDown = true
            defer { state.clients = [:] }
            return Array(state.clients.values)
        }
        for client in clients { try await client.shutdown() }
    }

    private func client(connectTimeout: Duration) throws -> HTTPClient {
        try self.state.withLock { state in
            guard !state.isShutDown else { throw HTTPTransportError(.shutDown, "the transport was shut down") }
            let known = state.clients[connectTimeout] != nil || state.clients.count < Self.maxClients
            let timeout = known ? connectTimeout : self.settings.connectTimeout
            if let client = state.clients[timeout] { return client }
            let client = HTTPClient(
                eventLoopGroup: HTTPClient.defaultEventLoopGroup, configuration: self.configuration(timeout))
            state.clients[timeout] = client
            return client
        }
    }

    private func configuration(_ connectTimeout: Duration) -> HTTPClient.Configuration {
        var configuration = HTTPClient.Configuration()
        configuration.redirectConfiguration = .disallow
        configuration.timeout = .init(connect: TimeAmount(connectTimeout))
        configuration.httpVersion = .http1Only
        configuration.decompression = .enabled(limit: .ratio(self.settings.maxDecompressionRatio))
        configuration.connectionPool = .init(
            idleTimeout: TimeAmount(self.settings.idleTimeout),
            concurrentHTTP1ConnectionsPerHostSoftLimit: self.settings.maxConnectionsPerHost)
        // Retries belong to one place, and this isn't it.
        configuration.connectionPool.retryConnectionEstablishment = false
        return configuration
    }
}

extension HTTPClientRequest {
    fileprivate init(_ request: HTTPRequest) throws(HTTPTransportError) {
        guard request.url.hasPrefix("http://") || request.url.hasPrefix("https://") else {
            throw HTTPTransportError(.invalidRequest, "the URL has to begin with http:// or https://")
        }
        self.init(url: request.url)
        self.method = HTTPMethod(rawValue: request.method)
        for field in request.headers { self.headers.add(name: field.name, value: field.value) }
        if !request.body.isEmpty { self.body = .bytes(ByteBuffer(bytes: request.body)) }
    }
}

extension HTTPResponse {
    fileprivate init(_ response: HTTPClientResponse, maxBytes: Int) {
        self.init(
            status: Int(response.status.code),
            headers: HTTPHeaderFields(response.headers.map { HTTPHeaderFields.Field(name: $0.name, value: $0.value) }),
            body: HTTPResponseBody(ArrivingChunks(base: response.body), limit: maxBytes))
    }
}

/// The client's chunks as arrays, its errors as ours.
private struct ArrivingChunks: AsyncSequence, Sendable {
    typealias Element = [UInt8]
    typealias Failure = any Error

    let base: HTTPClientResponse.Body

    func makeAsyncIterator() -> Iterator { Iterator(base: self.base.makeAsyncIterator()) }

    struct Iterator: AsyncIteratorProtocol {
        var base: HTTPClientResponse.Body.AsyncIterator

        mutating func next() async throws -> [UInt8]? {
            do {
                guard let buffer = try await self.base.next() else {
                    // A cancelled body may end as if it were complete.
                    try Task.checkCancellation()
                    return nil
                }
                return Array(buffer.readableBytesView)
            } catch {
                throw TransportFailure.mapped(error, hasResponse: true)
            }
        }
    }
}
