/// Host names and addresses.
enum InternetFormat {
    /// RFC 1123: labels of letters, digits and inner hyphens, at most 63 characters each and 253 together.
    ///
    /// What internationalised labels (`xn--…`) stand for isn't decoded and so isn't checked.
    static func isHostname(_ bytes: [UInt8]) -> Bool {
        guard !bytes.isEmpty, bytes.count <= 253 else { return false }
        return bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy(Self.isLabel)
    }

    private static func isLabel(_ label: ArraySlice<UInt8>) -> Bool {
        guard (1...63).contains(label.count), label.first != UInt8(ascii: "-"), label.last != UInt8(ascii: "-") else {
            return false
        }
        let hasReservedHyphens = label.dropFirst(2).starts(with: [UInt8(ascii: "-"), UInt8(ascii: "-")])
        if hasReservedHyphens, String(decoding: label.prefix(4), as: UTF8.self).lowercased() != "xn--" { return false }
        return label.allSatisfy { Self.isAlphanumeric($0) || $0 == UInt8(ascii: "-") }
    }

    static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"):
            true
        default: false
        }
    }

    /// Four decimal numbers to 255 without leading zeros.
    static func isIPv4(_ bytes: ArraySlice<UInt8>) -> Bool {
        let parts = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return parts.count == 4
            && parts.allSatisfy { part in
                guard (1...3).contains(part.count), part.allSatisfy({ (0x30...0x39).contains($0) }) else {
                    return false
                }
                if part.count > 1, part.first == 0x30 { return false }
                return part.reduce(0) { $0 * 10 + Int($1 - 0x30) } <= 255
            }
    }

    /// RFC 4291: eight groups of up to four hexadecimal digits, `::` once for the missing ones, perhaps IPv4 at the end.
    static func isIPv6(_ bytes: ArraySlice<UInt8>) -> Bool {
        var groups = bytes.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        guard groups.count >= 3 else { return false }
        // `::` at an end gives two empty groups there; a single colon at an end is wrong.
        if groups[0].isEmpty {
            guard groups[1].isEmpty else { return false }
            groups.removeFirst()
        }
        if groups.count >= 2, groups[groups.count - 1].isEmpty {
            guard groups[groups.count - 2].isEmpty else { return false }
            groups.removeLast()
        }
        let gaps = groups.count { $0.isEmpty }
        guard gaps <= 1 else { return false }
        var count = groups.count - gaps
        if let last = groups.last, last.contains(UInt8(ascii: ".")) {
            guard Self.isIPv4(last) else { return false }
            groups.removeLast()
            count += 1
        }
        guard gaps == 1 ? count <= 7 : count == 8 else { return false }
        return groups.allSatisfy { $0.count <= 4 && $0.allSatisfy { JSONScan.hexDigit($0) != nil } }
    }
}

/// Mail addresses by RFC 5321.
enum MailFormat {
    static func isAddress(_ text: String) -> Bool {
        guard let at = text.lastIndex(of: "@") else { return false }
        let local = Array(text[..<at].utf8)
        let domain = Array(text[text.index(after: at)...].utf8)
        return Self.isLocalPart(local) && Self.isDomain(domain)
    }

    private static func isLocalPart(_ bytes: [UInt8]) -> Bool {
        guard !bytes.isEmpty, bytes.count <= 64 else { return false }
        if bytes.first == UInt8(ascii: "\"") { return Self.isQuoted(bytes) }
        return bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { atom in
            !atom.isEmpty
                && atom.allSatisfy { byte in
                    InternetFormat.isAlphanumeric(byte) || "!#$%&'*+-/=?^_`{|}~".utf8.contains(byte)
                }
        }
    }

    private static func isQuoted(_ bytes: [UInt8]) -> Bool {
        guard bytes.count >= 2, bytes.last == UInt8(ascii: "\"") else { return false }
        var isEscaped = false
        for byte in bytes[1..<(bytes.count - 1)] {
            guard (32...126).contains(byte) else { return false }
            if isEscaped {
                isEscaped = false
            } else if byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else if byte == UInt8(ascii: "\"") {
                return false
            }
        }
        return !isEscaped
    }

    private static func isDomain(_ bytes: [UInt8]) -> Bool {
        guard bytes.first == UInt8(ascii: "["), bytes.last == UInt8(ascii: "]") else {
            return InternetFormat.isHostname(bytes)
        }
        let literal = bytes[1..<(bytes.count - 1)]
        if literal.starts(with: "IPv6:".utf8) { return InternetFormat.isIPv6(literal.dropFirst(5)) }
        return InternetFormat.isIPv4(literal)
    }
}
