import HTTPTypes
import Hummingbird

/// Refuses what a web page of somebody else makes a browser send: a server on a loopback address without keys would
/// otherwise do what any page that its owner visits asks for.
struct OriginMiddleware: RouterMiddleware {
    func handle(
        _ request: Request, context: ServerContext,
        next: (Request, ServerContext) async throws -> Response
    ) async throws -> Response {
        if let origin = request.headers[.origin], let authority = request.head.authority,
            origin != "http://\(authority)", origin != "https://\(authority)"
        {
            throw Problem(
                .forbidden, code: "origin_refused", "Pages of \(origin) may not use this server from a browser.",
                parameter: "Origin")
        }
        return try await next(request, context)
    }
}
