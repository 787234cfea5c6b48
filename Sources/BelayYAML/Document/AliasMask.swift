/// Hides aliases from the YAML library.
///
/// The library replaces each alias by the whole anchored node and hashes the keys of every mapping, so nested aliases
/// could make it work for years on a small file. It gets to see a plain scalar with a mark instead of each alias; the
/// aliases are resolved afterwards, with a bound on nodes. Positions stay as they are: one scalar replaces another.
enum AliasMask {
    /// From the private use area, so no file needs it.
    static let mark: Unicode.Scalar = "\u{E000}"

    /// The text with the mark in place of every `*` that could begin an alias; nil if the text holds the mark already.
    static func hide(_ text: String) -> String? {
        guard !text.unicodeScalars.contains(Self.mark) else { return nil }
        guard text.utf8.contains(UInt8(ascii: "*")) else { return text }
        var result = String.UnicodeScalarView()
        result.reserveCapacity(text.utf8.count)
        var star = false
        for scalar in text.unicodeScalars {
            if star { result.append(Self.isNamePart(scalar) ? Self.mark : "*") }
            star = scalar == "*"
            if !star { result.append(scalar) }
        }
        if star { result.append("*") }
        return String(result)
    }

    /// The text with its stars again.
    static func restore(_ text: String) -> String {
        guard text.unicodeScalars.contains(Self.mark) else { return text }
        return String(String.UnicodeScalarView(text.unicodeScalars.map { $0 == Self.mark ? "*" : $0 }))
    }

    /// Whether a plain scalar stands for an alias: nothing else can begin with `*`.
    static func isAlias(_ text: String) -> Bool { text.unicodeScalars.first == Self.mark }

    private static func isNamePart(_ scalar: Unicode.Scalar) -> Bool {
        scalar.isASCII && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil)
            || scalar == "_" || scalar == "-"
    }
}
