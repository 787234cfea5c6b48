import BelayCore
import HTTPTypes
import Hummingbird

/// Lets in who has a key. Health checks need none.
struct KeyMiddleware: RouterMiddleware {
    let keys: [Secret]

    func handle(
        _ request: Request, context: ServerContext,
        next: (Request, ServerContext) async throws -> Response
    ) async throws -> Response {
        if self.keys.isEmpty || request.uri.path.hasPrefix("/health/") { return try await next(request, context) }
        guard let given = Self.key(of: request) else {
            throw Problem(
                .unauthorized, code: "key_missing", "Send an API key as `Authorization: Bearer ...` or `x-api-key`.",
                headers: [.wwwAuthenticate: "Bearer"])
        }
        // Every key is compared in full, so that the time taken tells nothing about how much of a key was right.
        let isKnown = self.keys.reduce(false) { Self.areEqual($1.reveal(), given) || $0 }
        guard isKnown else {
            throw Problem(
                .unauthorized, code: "key_unknown", "This API key is not known.",
                headers: [.wwwAuthenticate: "Bearer error=\"invalid_token\""])
        }
        return try await next(request, context)
    }

    private static func key(of request: Request) -> String? {
        if let key = request.headers[.xAPIKey] { return key }
        guard let authorization = request.headers[.authorization], authorization.lowercased().hasPrefix("bearer ")
        else { return nil }
        return authorization.dropFirst("bearer ".count).trimmingPrefix { $0 == " " }.description
    }

    private static func areEqual(_ left: String, _ right: String) -> Bool {
        let left = Digest.sha256(Array(left.utf8)).utf8
        let right = Digest.sha256(Array(right.utf8)).utf8
        return zip(left, right).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
