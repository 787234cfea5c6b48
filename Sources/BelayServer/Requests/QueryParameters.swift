/// The parameters behind the question mark, decoded.
struct QueryParameters: Sendable {
    private var values: [String: String] = [:]

    /// - Throws: `Problem` for one that is not known, given twice, or no UTF-8 once decoded.
    init(_ query: String?, known: [String]) throws(Problem) {
        for pair in (query ?? "").split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = try Self.decode(parts[0], of: String(parts[0]))
            guard known.contains(name) else {
                let list = known.isEmpty ? "none" : known.joined(separator: ", ")
                throw Problem(
                    .badRequest, code: "parameter_unknown", "\(name) is not a parameter. Known: \(list).",
                    parameter: name)
            }
            let value = parts.count == 2 ? try Self.decode(parts[1], of: name) : ""
            guard self.values.updateValue(value, forKey: name) == nil else {
                throw Problem(.badRequest, code: "parameter_invalid", "\(name) is given twice.", parameter: name)
            }
        }
    }

    subscript(name: String) -> String? { self.values[name] }

    private static func decode(_ text: Substring, of name: String) throws(Problem) -> String {
        guard let decoded = text.replacing("+", with: " ").percentDecoded else {
            throw Problem(
                .badRequest, code: "parameter_invalid", "\(name) is not UTF-8 in percent-encoding.", parameter: name)
        }
        return decoded
    }
}

extension StringProtocol {
    /// The text that this one encodes by RFC 3986; nil when it is none.
    var percentDecoded: String? {
        var bytes: [UInt8] = []
        var rest = self.utf8.makeIterator()
        while let byte = rest.next() {
            if byte != UInt8(ascii: "%") {
                bytes.append(byte)
                continue
            }
            guard let high = rest.next().flatMap(Self.hexDigit), let low = rest.next().flatMap(Self.hexDigit) else {
                return nil
            }
            bytes.append(high << 4 | low)
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func hexDigit(_ byte: UInt8) -> UInt8? {
        Character(UnicodeScalar(byte)).hexDigitValue.map(UInt8.init)
    }
}
