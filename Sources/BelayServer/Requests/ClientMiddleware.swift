import Hummingbird

/// Finds out whose key a request has, for everything that follows; whether it is let in, ``KeyMiddleware`` says.
struct ClientMiddleware: RouterMiddleware {
    let keys: KeyRing

    func handle(
        _ request: Request, context: ServerContext,
        next: (Request, ServerContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        context.client = self.keys.client(of: request.headers)
        return try await next(request, context)
    }
}
