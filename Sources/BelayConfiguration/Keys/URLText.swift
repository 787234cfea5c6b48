import Foundation

/// URLs as a configuration names them.
enum URLText {
    /// Whether the text is an absolute `http` or `https` URL with a host and without spaces.
    static func isAbsolute(_ text: String) -> Bool {
        guard text.utf8.count <= 4_096, !text.contains(where: \.isWhitespace), let parts = URLComponents(string: text),
            let scheme = parts.scheme?.lowercased(), scheme == "http" || scheme == "https",
            let host = parts.host, !host.isEmpty
        else { return false }
        return parts.port.map { (1...65_535).contains($0) } ?? true
    }

    /// The URL without user, password and the values of its query, any of which may be secret.
    static func redacted(_ text: String) -> String {
        guard let scheme = text.firstRange(of: "://") else { return text }
        var rest = text[scheme.upperBound...]
        let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        if let at = authority.lastIndex(of: "@") { rest = "***@" + rest[rest.index(after: at)...] }
        guard let question = rest.firstIndex(of: "?") else { return "\(text[..<scheme.upperBound])\(rest)" }
        let query = rest[rest.index(after: question)...].split(separator: "&", omittingEmptySubsequences: false)
        let hidden = query.map { item in
            item.firstIndex(of: "=").map { "\(item[...$0])***" } ?? String(item)
        }
        return "\(text[..<scheme.upperBound])\(rest[...question])\(hidden.joined(separator: "&"))"
    }
}
