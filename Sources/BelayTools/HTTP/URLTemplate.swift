import BelayCore

/// A URL with arguments in its path and query. What an argument says stays inside its segment or its value.
struct URLTemplate: Sendable {
    /// Why a text is no usable template.
    struct Invalid: Error {
        var reason: String
    }

    /// Scheme, host and port: fixed.
    let origin: String
    let segments: [TextTemplate]
    let query: [(name: String, value: TextTemplate)]

    init(_ text: String) throws(Invalid) {
        guard let scheme = ["http://", "https://"].first(where: { text.lowercased().hasPrefix($0) }) else {
            throw Invalid(reason: "the URL has to begin with http:// or https://")
        }
        guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "\\") }) else {
            throw Invalid(
                reason: "the URL may only have printable ASCII characters without spaces; encode the others as %XX")
        }
        guard !text.contains("#") else { throw Invalid(reason: "the URL has a fragment (#), which is never sent") }
        let authority = text.dropFirst(scheme.count).prefix { $0 != "/" && $0 != "?" }
        guard !authority.isEmpty else { throw Invalid(reason: "the URL has no host") }
        guard !authority.contains(where: { "{}".contains($0) }) else {
            throw Invalid(reason: "the host can't have placeholders: an argument must not decide who is called")
        }
        guard !authority.contains("@") else {
            throw Invalid(reason: "the URL has a user name or password; put them into an Authorization header")
        }
        self.origin = scheme + authority
        let rest = text.dropFirst(scheme.count + authority.count)
        let path = rest.prefix { $0 != "?" }
        self.segments =
            path.isEmpty
            ? [] : path.dropFirst().split(separator: "/", omittingEmptySubsequences: false).map { TextTemplate($0) }
        self.query = try Self.query(in: rest.dropFirst(path.count + 1))
    }

    var arguments: [String] {
        self.segments.flatMap(\.arguments) + self.query.flatMap(\.value.arguments)
    }

    /// - Throws: `ToolFailure` for an argument that would change the structure of the path.
    func filled(from values: ArgumentValues) throws(ToolFailure) -> String {
        var url = self.origin
        for segment in self.segments {
            guard let text = segment.filled(from: values, encode: \.percentEncoded) else {
                let names = segment.arguments.joined(separator: ", ")
                throw ToolFailure(.invalidArguments, "The call needs \(names), which is a part of the URL.")
            }
            // Servers and proxies resolve dot segments, encoded or not, and an empty one is a different path.
            if !segment.arguments.isEmpty, ["", ".", ".."].contains(text) {
                let names = segment.arguments.joined(separator: ", ")
                throw ToolFailure(
                    .invalidArguments, "\(names) must not be empty, \".\" or \"..\": it is a part of the URL.")
            }
            url += "/" + text
        }
        return url
    }

    private static func query(in text: Substring) throws(Invalid) -> [(name: String, value: TextTemplate)] {
        var items: [(name: String, value: TextTemplate)] = []
        for item in text.split(separator: "&") {
            let name = item.prefix { $0 != "=" }
            guard TextTemplate(name).arguments.isEmpty else {
                throw Invalid(reason: "the query has a placeholder in the name \(name); only values may have some")
            }
            items.append((String(name), TextTemplate(item.dropFirst(name.count + 1))))
        }
        return items
    }
}
