import BelayCore
import HTTPTypes

/// The keys of a server, and whose each of them is.
struct KeyRing: Sendable {
    enum Answer: Sendable {
        case known(Client)
        case unknown
        case missing
    }

    /// By the digest of their secret: how long a look-up takes says nothing about how much of a key was right.
    private let clients: [String: Client]

    /// - Parameter keys: Of two with one secret the first counts.
    init(_ keys: [APIKey]) {
        self.clients = Dictionary(
            keys.map { (Self.digest($0.secret.reveal()), Client(key: $0.name, tenant: $0.tenant)) },
            uniquingKeysWith: { first, _ in first })
    }

    /// Whether everybody is let in.
    var isEmpty: Bool { self.clients.isEmpty }

    /// Whose key a request has.
    func client(of headers: HTTPFields) -> Answer {
        if self.isEmpty { return .known(.anybody) }
        guard let key = Self.key(in: headers) else { return .missing }
        return self.clients[Self.digest(key)].map { .known($0) } ?? .unknown
    }

    private static func key(in headers: HTTPFields) -> String? {
        if let key = headers[.xAPIKey] { return key }
        guard let authorization = headers[.authorization], authorization.lowercased().hasPrefix("bearer ")
        else { return nil }
        return authorization.dropFirst("bearer ".count).trimmingPrefix { $0 == " " }.description
    }

    private static func digest(_ key: String) -> String { Digest.sha256(Array(key.utf8)) }
}
