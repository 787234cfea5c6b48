/// The values of `format` that can be checked. Names that are not listed here are annotations only.
enum SchemaFormat: String, Sendable {
    case dateTime = "date-time"
    case date
    case time
    case duration
    case email
    case hostname
    case ipv4
    case ipv6
    case uri
    case uriReference = "uri-reference"
    case uuid
    case jsonPointer = "json-pointer"
    case relativeJSONPointer = "relative-json-pointer"
    case regex

    func accepts(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        return switch self {
        case .dateTime:
            bytes.count >= 20 && bytes[10] | 0x20 == UInt8(ascii: "t") && RFC3339.fullDate(bytes[..<10]) != nil
                && RFC3339.fullTime(bytes[11...]) != nil
        case .date: RFC3339.fullDate(bytes[...]) != nil
        case .time: RFC3339.fullTime(bytes[...]) != nil
        case .duration: Self.isDuration(text)
        case .email: MailFormat.isAddress(text)
        case .hostname: InternetFormat.isHostname(bytes)
        case .ipv4: InternetFormat.isIPv4(bytes[...])
        case .ipv6: InternetFormat.isIPv6(bytes[...])
        case .uri: URIFormat.isReference(bytes, needsScheme: true)
        case .uriReference: URIFormat.isReference(bytes, needsScheme: false)
        case .uuid: Self.isUUID(bytes)
        case .jsonPointer: JSONPointer.tokens(text) != nil
        case .relativeJSONPointer: Self.isRelativePointer(text)
        case .regex: (try? JSONPattern(text)) != nil
        }
    }

    private static func isUUID(_ bytes: [UInt8]) -> Bool {
        guard bytes.count == 36 else { return false }
        for (position, byte) in bytes.enumerated() {
            let isDash = [8, 13, 18, 23].contains(position)
            guard isDash ? byte == UInt8(ascii: "-") : JSONScan.hexDigit(byte) != nil else { return false }
        }
        return true
    }

    /// A number of levels, then `#` or a JSON Pointer; since 2020 an index may be moved in between.
    private static func isRelativePointer(_ text: String) -> Bool {
        let isDigit: (Character) -> Bool = { $0.isASCII && $0.isNumber }
        let levels = text.prefix(while: isDigit)
        guard !levels.isEmpty, levels == "0" || !levels.hasPrefix("0") else { return false }
        var rest = text[levels.endIndex...]
        if rest.hasPrefix("+") || rest.hasPrefix("-") {
            let digits = rest.dropFirst().prefix(while: isDigit)
            guard !digits.isEmpty, !digits.hasPrefix("0") else { return false }
            rest = rest[digits.endIndex...]
        }
        return rest == "#" || JSONPointer.tokens(String(rest)) != nil
    }

    /// RFC 3339, appendix A: weeks alone, or units without a gap between the largest and the smallest.
    private static func isDuration(_ text: String) -> Bool {
        guard text.hasPrefix("P"), text.utf8.allSatisfy({ $0 < 128 }) else { return false }
        let body = text.dropFirst()
        if let week = body.last, week == "W" { return Self.units(body, of: ["W"]) }
        let parts = body.split(separator: "T", omittingEmptySubsequences: false)
        guard parts.count <= 2, !body.isEmpty else { return false }
        if parts.count == 2, parts[1].isEmpty || !Self.units(parts[1], of: ["H", "M", "S"]) { return false }
        return parts[0].isEmpty || Self.units(parts[0], of: ["Y", "M", "D"])
    }

    /// Whether the text is numbers followed by consecutive ones of these units.
    private static func units(_ text: Substring, of units: [Character]) -> Bool {
        var rest = text
        var last: Int?
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isNumber }
            guard !digits.isEmpty, let unit = rest[digits.endIndex...].first, let position = units.firstIndex(of: unit),
                last == nil || position == (last ?? 0) + 1
            else { return false }
            last = position
            rest = rest[digits.endIndex...].dropFirst()
        }
        return last != nil
    }
}
