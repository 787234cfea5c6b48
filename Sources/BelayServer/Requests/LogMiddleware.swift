import BelayResilience
import Hummingbird
import Logging

/// One line at level info for each request that could be read: when its answer is about to be written, and for a stream
/// when that ended, also by its client's going. Whether the client got an answer isn't known.
///
/// What can't be read as a request has no line, as the connection answers it: a head that is malformed, too large, too
/// slow, or has a method that nobody defined. Nothing in a line was chosen by a client: the path is the endpoint's, with
/// `{name}` where a value stood, and names of keys and tenants are the configuration's.
struct LogMiddleware: RouterMiddleware {
    func handle(
        _ request: Request, context: ServerContext,
        next: (Request, ServerContext) async throws -> Response
    ) async throws -> Response {
        let began = ContinuousClock.now
        var response = try await next(request, context)
        guard context.logger.logLevel <= .info else { return response }
        // What has no endpoint has a path that its client made up, or a word of the router's.
        let route = context.endpointPath.flatMap { $0.hasPrefix("/") ? $0 : nil } ?? "none"
        let line = Line(
            method: request.method, route: route, status: response.status.code, began: began, client: context.client)
        if let bytes = response.body.contentLength {
            line.write(bytes: bytes, to: context.logger)
        } else {
            response.body = line.written(after: response.body, to: context.logger)
        }
        return response
    }

    private struct Line: Sendable {
        var method: HTTPRequest.Method
        var route: String
        var status: Int
        var began: ContinuousClock.Instant
        var client: KeyRing.Answer

        /// The request's identifier is in the logger already, as `hb.request.id`.
        func write(bytes: Int, to logger: Logger) {
            var metadata: Logger.Metadata = [
                "method": "\(self.method)", "route": "\(self.route)", "status": "\(self.status)",
                "duration_ms": "\((ContinuousClock.now - self.began).milliseconds)", "bytes": "\(bytes)",
            ]
            if case .known(let client) = self.client {
                metadata["tenant"] = "\(client.tenant)"
                if let key = client.key { metadata["key"] = "\(key)" }
            }
            logger.info("request", metadata: metadata)
        }

        /// The same body; the line follows when it ended, also by its client's going.
        func written(after body: ResponseBody, to logger: Logger) -> ResponseBody {
            let bytes = Locked(0)
            return ResponseBody { writer in
                defer { self.write(bytes: bytes.withLock { $0 }, to: logger) }
                try await body.map { buffer in
                    bytes.withLock { $0 += buffer.readableBytes }
                    return buffer
                }.write(writer)
            }
        }
    }
}
