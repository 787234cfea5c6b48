import BelayJSON

/// A text with `{argument}` in it. Braces around anything but a name are ordinary characters.
package struct TextTemplate: Sendable, Hashable {
    package enum Piece: Sendable, Hashable {
        case literal(String)
        case argument(String)
    }

    package let pieces: [Piece]

    package init(_ text: some StringProtocol) {
        var pieces: [Piece] = []
        var literal = ""
        var rest = text[...]
        while let open = rest.firstIndex(of: "{") {
            let inside = rest[rest.index(after: open)...]
            guard let close = inside.firstIndex(of: "}"), Self.isName(inside[..<close]) else {
                literal += rest[...open]
                rest = inside
                continue
            }
            literal += rest[..<open]
            if !literal.isEmpty { pieces.append(.literal(literal)) }
            literal = ""
            pieces.append(.argument(String(inside[..<close])))
            rest = inside[inside.index(after: close)...]
        }
        literal += rest
        if !literal.isEmpty { pieces.append(.literal(literal)) }
        self.pieces = pieces
    }

    /// The arguments that it needs.
    package var arguments: [String] {
        self.pieces.compactMap { if case .argument(let name) = $0 { name } else { nil } }
    }

    /// The text with `text` in place of every argument.
    package func filled(with text: String) -> String {
        self.pieces.map { if case .literal(let literal) = $0 { literal } else { text } }.joined()
    }

    /// The argument that it is nothing but; nil when there is more or less.
    var soleArgument: String? {
        self.pieces.count == 1 ? self.arguments.first : nil
    }

    /// The text with every argument put in, through `encode`.
    ///
    /// - Returns: nil if an argument is missing.
    func filled(from values: ArgumentValues, encode: (String) -> String = { $0 }) -> String? {
        var text = ""
        for piece in self.pieces {
            switch piece {
            case .literal(let literal): text += literal
            case .argument(let name):
                guard let value = values.text(of: name) else { return nil }
                text += encode(value)
            }
        }
        return text
    }

    private static func isName(_ text: some StringProtocol) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { $0.isUnreserved && $0 != UInt8(ascii: "~") && $0 != UInt8(ascii: ".") }
    }
}

/// What placeholders stand for in one call.
package struct ArgumentValues: Sendable {
    /// The reserved name of the call's idempotency key.
    package static let idempotencyKey = "idempotency_key"

    let arguments: JSON
    let idempotencyKey: String

    /// nil when the call has no such argument, or null.
    func value(of name: String) -> JSON? {
        if name == Self.idempotencyKey { return .string(self.idempotencyKey) }
        guard let value = self.arguments[name], !value.isNull else { return nil }
        return value
    }

    /// Strings as they are, everything else as JSON writes it.
    func text(of name: String) -> String? {
        self.value(of: name).map { $0.stringValue ?? $0.serialized() }
    }
}

extension UInt8 {
    /// What RFC 3986 calls unreserved: never needs encoding, whatever it stands in.
    var isUnreserved: Bool {
        switch self {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"):
            true
        default: false
        }
    }
}

extension String {
    /// Everything but unreserved characters as `%XX` (RFC 3986, section 2.1).
    var percentEncoded: String {
        var encoded: [UInt8] = []
        let digits = Array("0123456789ABCDEF".utf8)
        for byte in self.utf8 {
            if byte.isUnreserved {
                encoded.append(byte)
            } else {
                encoded += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: encoded, as: UTF8.self)
    }
}
