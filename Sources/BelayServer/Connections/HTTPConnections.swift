import BelayResilience
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1

/// The connections of the server. Each is served on its own event loop, by one task, one request after the other.
///
/// This takes the place of Hummingbird's own channel, which hands every part of a message over between its handlers and
/// its tasks: about 20 us a request. Whoever answers sees nothing of it.
final class HTTPConnections<Responder: HTTPResponder>: Sendable where Responder.Context == ServerContext {
    private let responder: Responder
    private let limits: ConnectionLimits
    private let rules: PathRules
    private let grace: Duration
    private let logger: Logger
    private let dates = DateHeader()
    /// Of each open connection.
    private let tasks = Locked<(isCancelled: Bool, open: [ObjectIdentifier: Task<Void, Never>])>((false, [:]))

    /// - Parameter grace: How long work may go on when the server is asked to stop.
    init(responder: Responder, limits: ConnectionLimits, rules: PathRules, grace: Duration, logger: Logger) {
        self.grace = grace
        self.responder = responder
        self.limits = limits
        self.rules = rules
        self.logger = logger
    }

    /// Serves `channel` until it is closed. On its event loop only.
    func serve(_ channel: any Channel) throws {
        let handler = HTTPConnection(limits: self.limits, rules: self.rules, grace: self.grace)
        var decoding = NIOHTTPDecoderLimitConfiguration()
        decoding.maxHeaderFieldSize = self.limits.headerBytes
        decoding.maxHeaderListSize = self.limits.headerBytes
        decoding.maxHeaderFieldCount = self.limits.headerCount
        // All that comes is parsed at once, but for what follows a request for another protocol.
        let decoder = ByteToMessageHandler(
            HTTPRequestDecoder(limitConfiguration: decoding), maximumBufferSize: HTTPConnection.window)
        try channel.pipeline.syncOperations.addHandlers([decoder, handler])
        let connection = ServedConnection(handler, channel)
        self.tasks.withLock { tasks in
            guard !tasks.isCancelled else { return channel.close(promise: nil) }
            tasks.open[ObjectIdentifier(channel)] = Task(executorPreference: LoopExecutor.of(channel.eventLoop)) {
                await self.serve(connection)
            }
        }
    }

    /// Cuts all connections, and what is done for them.
    func cancelAll() {
        let tasks = self.tasks.withLock { tasks in
            tasks.isCancelled = true
            return tasks.open
        }
        for task in tasks.values { task.cancel() }
    }

    /// Waits until nothing is done for any connection any more.
    func allEnded() async {
        while let task = self.tasks.withLock({ $0.open.values.first }) { await task.value }
    }

    private func serve(_ connection: ServedConnection) async {
        await withTaskCancellationHandler {
            do {
                try await self.answerAll(connection)
            } catch {
                // The client left, or the answer broke off; there is nobody to tell.
                self.logger.trace("connection ended", metadata: ["error": "\(error)"])
            }
            await connection.closed()
        } onCancel: {
            connection.channel.close(promise: nil)
        }
        self.tasks.withLock { $0.open[ObjectIdentifier(connection.channel)] = nil }
    }

    private func answerAll(_ connection: ServedConnection) async throws {
        while let head = try await connection.run({ try await $0.nextRequest() }) {
            var logger = self.logger
            logger[metadataKey: "hb.request.id"] = .stringConvertible(RequestID())
            let context = ServerContext(source: ConnectionSource(connection: connection, logger: logger))
            let request = Request(head: head, body: try await connection.run { $0.body(served: connection) })
            var response = await self.response(to: request, context)
            response.headers[.date] = self.dates.value
            response.headers[.server] = "belay"
            try await connection.send(response)
        }
    }

    private func response(to request: Request, _ context: ServerContext) async -> Response {
        do {
            return try await self.responder.respond(to: request, context: context)
        } catch {
            context.logger.error("request failed", metadata: ["error": "\(error)"])
            return Response(status: .internalServerError)
        }
    }
}
