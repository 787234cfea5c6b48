/// References and their resolution by RFC 3986, section 5.
struct SchemaURI {
    var scheme: Substring?
    var authority: Substring?
    var path: Substring
    var query: Substring?
    var fragment: Substring?

    init(_ text: String) {
        var rest = text[...]
        if let hash = rest.firstIndex(of: "#") {
            self.fragment = rest[rest.index(after: hash)...]
            rest = rest[..<hash]
        }
        if let mark = rest.firstIndex(of: "?") {
            self.query = rest[rest.index(after: mark)...]
            rest = rest[..<mark]
        }
        if let colon = rest.firstIndex(of: ":"), Self.isScheme(rest[..<colon]) {
            self.scheme = rest[..<colon]
            rest = rest[rest.index(after: colon)...]
        }
        if rest.hasPrefix("//") {
            rest = rest.dropFirst(2)
            let end = rest.firstIndex(of: "/") ?? rest.endIndex
            self.authority = rest[..<end]
            rest = rest[end...]
        }
        self.path = rest
    }

    private static func isScheme(_ text: Substring) -> Bool {
        guard let first = text.utf8.first, UInt8(ascii: "a")...UInt8(ascii: "z") ~= first | 0x20 else { return false }
        return text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."):
                true
            default: false
            }
        }
    }

    static func withoutFragment(_ text: String) -> String {
        text.firstIndex(of: "#").map { String(text[..<$0]) } ?? text
    }

    /// The reference as an absolute URI without fragment, and the fragment without percent-encoding (empty if absent).
    /// Nil when the fragment is not UTF-8.
    static func resolve(_ reference: String, against base: String) -> (uri: String, fragment: String)? {
        let reference = SchemaURI(reference)
        guard let fragment = Self.percentDecoded(reference.fragment ?? "") else { return nil }
        return (reference.resolved(against: SchemaURI(base)).text, fragment)
    }

    private func resolved(against base: SchemaURI) -> SchemaURI {
        var result = self
        result.fragment = nil
        if self.scheme != nil {
            result.path = Self.withoutDots(self.path)
            return result
        }
        result.scheme = base.scheme
        if self.authority != nil {
            result.path = Self.withoutDots(self.path)
            return result
        }
        result.authority = base.authority
        if self.path.isEmpty {
            result.path = base.path
            result.query = self.query ?? base.query
        } else if self.path.hasPrefix("/") {
            result.path = Self.withoutDots(self.path)
        } else {
            result.path = Self.withoutDots(base.merged(with: self.path))
        }
        return result
    }

    private func merged(with path: Substring) -> Substring {
        if self.authority != nil, self.path.isEmpty { return "/" + path }
        guard let slash = self.path.lastIndex(of: "/") else { return path }
        return self.path[...slash] + path
    }

    private static func withoutDots(_ path: Substring) -> Substring {
        guard path.contains("/.") || path.hasPrefix(".") else { return path }
        var kept: [Substring] = []
        let segments = path.split(separator: "/", omittingEmptySubsequences: false)
        for (position, segment) in segments.enumerated() {
            let isLast = position == segments.count - 1
            switch segment {
            case ".": if isLast { kept.append("") }
            case "..":
                if kept.count > 1 || kept.first.map({ !$0.isEmpty }) == true { kept.removeLast() }
                if isLast { kept.append("") }
            default: kept.append(segment)
            }
        }
        return kept.joined(separator: "/")[...]
    }

    var text: String {
        var text = ""
        if let scheme = self.scheme { text += "\(scheme):" }
        if let authority = self.authority { text += "//\(authority)" }
        text += self.path
        if let query = self.query { text += "?\(query)" }
        return text
    }

    private static func percentDecoded(_ text: Substring) -> String? {
        guard text.utf8.contains(UInt8(ascii: "%")) else { return String(text) }
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%") {
                guard let high = rest.popFirst().flatMap(JSONScan.hexDigit),
                    let low = rest.popFirst().flatMap(JSONScan.hexDigit)
                else { return nil }
                bytes.append(high << 4 | low)
            } else {
                bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }
}
