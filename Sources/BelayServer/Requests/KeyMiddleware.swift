import Hummingbird

/// Lets in who has a key. Health checks need none.
struct KeyMiddleware: RouterMiddleware {
    func handle(
        _ request: Request, context: ServerContext,
        next: (Request, ServerContext) async throws -> Response
    ) async throws -> Response {
        if request.uri.path.hasPrefix("/health/") { return try await next(request, context) }
        switch context.client {
        case .known: return try await next(request, context)
        case .missing:
            throw Problem(
                .unauthorized, code: "key_missing", "Send an API key as `Authorization: Bearer ...` or `x-api-key`.",
                headers: [.wwwAuthenticate: "Bearer"])
        case .unknown:
            throw Problem(
                .unauthorized, code: "key_unknown", "This API key is not known.",
                headers: [.wwwAuthenticate: "Bearer error=\"invalid_token\""])
        }
    }
}
