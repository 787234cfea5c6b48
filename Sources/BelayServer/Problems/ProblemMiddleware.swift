import BelayRuntime
import Hummingbird

/// Turns every error into problem details, so that no client meets an empty or a foreign error.
struct ProblemMiddleware: RouterMiddleware {
    func handle(
        _ request: Request, context: ServerContext,
        next: (Request, ServerContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let problem as Problem {
            return problem.response
        } catch let error as RequestError {
            return Problem(error).response
        } catch let error as HTTPError where error.status == .notFound {
            return Problem(.notFound, code: "route_unknown", "There is nothing at \(request.uri.path).").response
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
}
