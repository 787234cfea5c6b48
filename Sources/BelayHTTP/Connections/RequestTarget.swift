import Foundation

/// A server as connections know it: requests to the same one may share a connection.
struct Origin: Sendable, Hashable {
    var isSecure: Bool
    /// A name or an address, without brackets.
    var host: String
    var port: Int

    /// Whether `host` is an address rather than a name.
    var isAddress: Bool {
        if self.host.utf8.contains(UInt8(ascii: ":")) { return true }
        let parts = self.host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts.allSatisfy { UInt8($0) != nil }
    }
}

/// Where a request goes, read out of an absolute URL.
struct RequestTarget: Sendable, Hashable {
    var origin: Origin
    /// What the header `Host` says.
    var authority: String
    /// Path and query, as the request's first line has them.
    var path: String

    /// - Throws: `invalidRequest` for anything but an absolute `http` or `https` URL.
    init(_ url: String) throws(HTTPTransportError) {
        if let target = Self(plain: url) {
            self = target
        } else if let encoded = URL(string: url)?.absoluteString, let target = Self(plain: encoded) {
            // Characters that have to be percent-encoded, and names that are not ASCII.
            self = target
        } else {
            throw HTTPTransportError(.invalidRequest, "the URL has to be absolute and begin with http:// or https://")
        }
    }

    /// Nil for what is no URL, or has characters that can't be sent as they are.
    private init?(plain url: String) {
        let isSecure = url.hasPrefix("https://")
        guard isSecure || url.hasPrefix("http://"), url.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            return nil
        }
        let rest = url.utf8.dropFirst(isSecure ? 8 : 7).prefix { $0 != UInt8(ascii: "#") }
        var authority = rest.prefix { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") }
        let path = rest[authority.endIndex...]
        // A name and a password before the host are for people's eyes: no header is made of them.
        if let at = authority.lastIndex(of: UInt8(ascii: "@")) { authority = authority[authority.index(after: at)...] }
        guard let (host, port) = Self.hostAndPort(authority) else { return nil }
        self.origin = Origin(isSecure: isSecure, host: host, port: port ?? (isSecure ? 443 : 80))
        self.authority = String(Substring(authority))
        self.path = path.first == UInt8(ascii: "/") ? String(Substring(path)) : "/" + String(Substring(path))
    }

    private static func hostAndPort(_ authority: Substring.UTF8View) -> (host: String, port: Int?)? {
        let host: Substring.UTF8View
        var rest: Substring.UTF8View
        if authority.first == UInt8(ascii: "[") {
            guard let end = authority.firstIndex(of: UInt8(ascii: "]")) else { return nil }
            host = authority[authority.index(after: authority.startIndex)..<end]
            rest = authority[authority.index(after: end)...]
        } else {
            host = authority.prefix { $0 != UInt8(ascii: ":") }
            rest = authority[host.endIndex...]
        }
        guard !host.isEmpty, host.allSatisfy(Self.isOfHost) else { return nil }
        let name = String(Substring(host)).lowercased()
        guard let colon = rest.popFirst() else { return (name, nil) }
        guard colon == UInt8(ascii: ":") else { return nil }
        if rest.isEmpty { return (name, nil) }
        guard rest.allSatisfy({ (48...57).contains($0) }), let port = Int(Substring(rest)), (1...65_535).contains(port)
        else { return nil }
        return (name, port)
    }

    private static func isOfHost(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"), UInt8(ascii: ":"):
            true
        default: false
        }
    }
}
