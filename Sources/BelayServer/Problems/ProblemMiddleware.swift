import BelayRuntime
import Hummingbird

/// Turns every error into problem details, so that no client meets an empty or a foreign error.
struct ProblemMiddleware: RouterMiddleware {
    let endpoints: [Endpoint]

    func handle(
        _ request: Request, context: ServerContext,
        next: (Request, ServerContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let problem as Problem {
            return self.answer(problem, to: request, context)
        } catch let error as RequestError {
            return self.answer(Problem(error), to: request, context)
        } catch let error as HTTPError where error.status == .notFound {
            return self.answerWithoutRoute(request)
        } catch let error as HTTPError {
            return Problem(error.status, code: "request_invalid", error.body ?? error.status.reasonPhrase).response
        } catch is CancellationError {
            return Problem(
                .serviceUnavailable, code: "stopping", "The server is stopping.", headers: [.retryAfter: "5"]
            ).response
        } catch {
            context.logger.error("request failed", metadata: ["error": "\(error)", "path": "\(request.uri.path)"])
            return Problem(.internalServerError, code: "internal", "The server could not answer this.").response
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
        return problem.response
    }

    /// Nothing is served at this path, or not by this method.
    private func answerWithoutRoute(_ request: Request) -> Response {
        let path = request.uri.path
        var methods = self.endpoints.filter { $0.matches(path) }.map(\.method.rawValue)
        if methods.isEmpty {
            return Problem(.notFound, code: "route_unknown", "There is nothing at \(path).").response
        }
        if methods.contains("GET") { methods.append("HEAD") }
        let allowed = (methods + ["OPTIONS"]).joined(separator: ", ")
        if request.method == .options { return Response(status: .noContent, headers: [.allow: allowed]) }
        return Problem(
            .methodNotAllowed, code: "method_not_allowed", "\(path) takes \(allowed) and not \(request.method).",
            headers: [.allow: allowed]
        ).response
    }
}
