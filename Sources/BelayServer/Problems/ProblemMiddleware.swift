import BelayCore
import BelayIngress
import BelayResilience
import BelayRuntime
import Hummingbird
import NIOCore

/// Turns every error into problem details, so that no client meets an empty or a foreign error.
struct ProblemMiddleware: RouterMiddleware {
    let endpoints: [Endpoint]

    func handle(
        _ request: Request, context: ServerContext,
        next: (Request, ServerContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let error as HTTPError where error.status == .notFound {
            return self.answerWithoutRoute(request, context)
        } catch {
            let problem = Self.problem(for: error, context)
            if problem.code == "internal" {
                context.logger.error(
                    "request failed", metadata: ["error": "\(error)", "path": "\(request.uri.path)"])
            }
            return self.answer(problem, to: request, context)
        }
    }

    private static func problem(for error: any Error, _ context: ServerContext) -> Problem {
        switch error {
        case let problem as Problem: problem
        case let error as RequestError: Problem(error)
        case let exceeded as RateExceeded: Problem(exceeded)
        case let error as HTTPError:
            Problem(error.status, code: "request_invalid", error.body ?? error.status.reasonPhrase)
        case is ChannelError:
            Problem(.badRequest, code: "request_cut_short", "The request broke off before its end.")
        case is CancellationError where context.connection.hangup.hasHappened,
            is ModelCallCancelled where context.connection.hangup.hasHappened:
            Problem(
                .badRequest, code: "client_left",
                "You ended your side of the connection, and the work for you ended with it. Keep it until the answer is there."
            )
        case is CancellationError, is ModelCallCancelled:
            Problem(.serviceUnavailable, code: "stopping", "The server is stopping.", headers: [.retryAfter: "5"])
        default: Problem(.internalServerError, code: "internal", "The server could not answer this.")
        }
    }

    private func answer(_ problem: Problem, to request: Request, _ context: ServerContext) -> Response {
        if let cause = problem.cause {
            context.logger.error(
                "request failed",
                metadata: ["code": "\(problem.code)", "error": "\(cause)", "path": "\(request.uri.path)"])
        }
        var problem = problem
        // Many a client repeats by itself what says when. Without a key that may do the same twice.
        if problem.mayHaveHappened, request.headers[.idempotencyKey] == nil { problem.headers[.retryAfter] = nil }
        if let wire = self.endpoints.wire(ofPath: request.uri.path, request.headers) {
            var response = wire.response(to: IngressProblem(problem), requestID: context.requestID)
            response.headers[wire.requestIDHeader] = context.requestID
            response.headers.append(contentsOf: problem.headers)
            return response
        }
        return problem.response
    }

    /// Nothing is served at this path, or not by this method.
    private func answerWithoutRoute(_ request: Request, _ context: ServerContext) -> Response {
        let path = request.uri.path
        var methods = self.endpoints.filter { $0.matches(path) }.map(\.method.rawValue)
        if methods.isEmpty {
            return Problem(.notFound, code: "route_unknown", "There is nothing at \(path).").response
        }
        if methods.contains("GET") { methods.append("HEAD") }
        let allowed = (methods + ["OPTIONS"]).joined(separator: ", ")
        if request.method == .options { return Response(status: .noContent, headers: [.allow: allowed]) }
        let problem = Problem(
            .methodNotAllowed, code: "method_not_allowed", "\(path) takes \(allowed) and not \(request.method).",
            headers: [.allow: allowed])
        return self.answer(problem, to: request, context)
    }
}
