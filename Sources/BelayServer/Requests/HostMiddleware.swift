import HTTPTypes
import Hummingbird

/// Refuses requests for other names than this machine's own, on a loopback address without keys.
///
/// A web page may let its own name point to 127.0.0.1 all of a sudden (DNS rebinding). To the browser this server is
/// then a part of that page's site, so that neither its origin nor anything else but the name gives it away.
struct HostMiddleware: RouterMiddleware {
    /// Where the server listens.
    let host: String
    private let isNeeded: Bool

    /// - Parameter hasKeys: Whether requests need a key, which no foreign page has.
    init(host: String, hasKeys: Bool) {
        self.host = host
        self.isNeeded = !hasKeys && Self.isLoopback(host)
    }

    func handle(
        _ request: Request, context: ServerContext,
        next: (Request, ServerContext) async throws -> Response
    ) async throws -> Response {
        if self.isNeeded, let authority = request.head.authority, !self.isOwn(authority) {
            throw Problem(
                .forbidden, code: "host_not_allowed",
                "Without API keys this server answers to localhost, loopback addresses and \(self.host) only, and not "
                    + "to \(authority). Use one of those, or configure keys.",
                parameter: "Host")
        }
        return try await next(request, context)
    }

    private func isOwn(_ authority: String) -> Bool {
        guard let name = Self.name(in: authority) else { return false }
        return name == self.host.lowercased() || Self.isLoopback(name)
    }

    /// The name or address of `name`, `name:port`, `[address]` or `[address]:port`, in lower case; nil for anything else.
    static func name(in authority: String) -> String? {
        let text = authority.lowercased()
        let name: Substring
        let rest: Substring
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else { return nil }
            name = text[text.index(after: text.startIndex)..<end]
            rest = text[text.index(after: end)...]
        } else {
            let end = text.firstIndex(of: ":") ?? text.endIndex
            name = text[..<end]
            rest = text[end...]
        }
        let port = rest.dropFirst()
        let isPort = rest.isEmpty || (rest.first == ":" && port.utf8.allSatisfy { (48...57).contains($0) })
        return isPort && !name.isEmpty ? String(name) : nil
    }

    /// `localhost` and what lies under it (RFC 6761, section 6.3), 127.0.0.0/8 and ::1.
    static func isLoopback(_ host: String) -> Bool {
        var name = host.lowercased()
        if name.hasSuffix(".") { name.removeLast() }
        if name == "localhost" || name.hasSuffix(".localhost") || name == "::1" { return true }
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil && !$0.hasPrefix("+") }
    }
}
