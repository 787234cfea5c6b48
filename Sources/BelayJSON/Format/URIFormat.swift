/// URIs and relative references by RFC 3986.
enum URIFormat {
    static func isReference(_ bytes: [UInt8], needsScheme: Bool) -> Bool {
        var rest = bytes[...]
        var hasScheme = false
        if let colon = rest.firstIndex(where: { ":/?#".utf8.contains($0) }), rest[colon] == UInt8(ascii: ":") {
            // A first segment with a colon is a scheme or an error.
            guard Self.isScheme(rest[..<colon]) else { return false }
            hasScheme = true
            rest = rest[(colon + 1)...]
        }
        guard hasScheme || !needsScheme else { return false }
        if let hash = rest.firstIndex(of: UInt8(ascii: "#")) {
            guard Self.consists(rest[(hash + 1)...], of: ":@/?") else { return false }
            rest = rest[..<hash]
        }
        if let mark = rest.firstIndex(of: UInt8(ascii: "?")) {
            guard Self.consists(rest[(mark + 1)...], of: ":@/?") else { return false }
            rest = rest[..<mark]
        }
        if rest.starts(with: "//".utf8) {
            rest = rest.dropFirst(2)
            let end = rest.firstIndex(of: UInt8(ascii: "/")) ?? rest.endIndex
            guard Self.isAuthority(rest[..<end]) else { return false }
            rest = rest[end...]
        }
        return Self.consists(rest, of: ":@/")
    }

    private static func isScheme(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard let first = bytes.first, InternetFormat.isAlphanumeric(first), !(0x30...0x39).contains(first) else {
            return false
        }
        return bytes.allSatisfy { InternetFormat.isAlphanumeric($0) || "+-.".utf8.contains($0) }
    }

    private static func isAuthority(_ bytes: ArraySlice<UInt8>) -> Bool {
        var host = bytes
        if let at = host.lastIndex(of: UInt8(ascii: "@")) {
            guard Self.consists(host[..<at], of: ":") else { return false }
            host = host[(at + 1)...]
        }
        if host.first == UInt8(ascii: "[") {
            guard let close = host.firstIndex(of: UInt8(ascii: "]")) else { return false }
            let address = host[(host.startIndex + 1)..<close]
            guard InternetFormat.isIPv6(address) || Self.isFutureAddress(address) else { return false }
            host = host[(close + 1)...]
            guard host.isEmpty || host.first == UInt8(ascii: ":") else { return false }
        } else {
            let end = host.firstIndex(of: UInt8(ascii: ":")) ?? host.endIndex
            guard Self.consists(host[..<end], of: "") else { return false }
            host = host[end...]
        }
        return host.dropFirst().allSatisfy { (0x30...0x39).contains($0) }
    }

    /// `v1.…`, for addresses yet to come.
    private static func isFutureAddress(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard bytes.first.map({ $0 | 0x20 == UInt8(ascii: "v") }) == true,
            let dot = bytes.firstIndex(of: UInt8(ascii: "."))
        else { return false }
        let version = bytes[(bytes.startIndex + 1)..<dot]
        let address = bytes[(dot + 1)...]
        return !version.isEmpty && !address.isEmpty && version.allSatisfy { JSONScan.hexDigit($0) != nil }
            && !address.contains(UInt8(ascii: "%")) && Self.consists(address, of: ":")
    }

    /// Unreserved characters, sub-delimiters, percent-encoded bytes and the given ones.
    private static func consists(_ bytes: ArraySlice<UInt8>, of others: String) -> Bool {
        var rest = bytes
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%") {
                guard rest.popFirst().flatMap(JSONScan.hexDigit) != nil,
                    rest.popFirst().flatMap(JSONScan.hexDigit) != nil
                else { return false }
            } else {
                guard
                    InternetFormat.isAlphanumeric(byte) || "-._~!$&'()*+,;=".utf8.contains(byte)
                        || others.utf8.contains(byte)
                else { return false }
            }
        }
        return true
    }
}
