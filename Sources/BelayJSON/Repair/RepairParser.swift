/// Reads one object or array leniently, noting what it had to overlook.
struct RepairParser {
    enum Failure: Error {
        /// Going on would be a guess.
        case hopeless
        /// The text ended where a value had only begun.
        case unfinished
    }

    static let fence = Array("```".utf8)
    static let maximumDepth = 128

    let bytes: [UInt8]
    var position: Int
    private(set) var repairs: [JSONRepair.Repair] = []
    /// Whether a key or an element was read, so that this cannot be a bracket in prose.
    private(set) var hasMadeProgress = false
    /// The brackets that are open, outermost first.
    private var open: [UInt8] = []

    init(_ bytes: [UInt8], from position: Int) {
        self.bytes = bytes
        self.position = position
    }

    mutating func parse() -> JSON? {
        do throws(Failure) {
            return try self.value()
        } catch {
            return nil
        }
    }

    /// Nil at the end of the text, and at the end of a code block, unless inside a string.
    var next: UInt8? {
        guard self.position < self.bytes.count else { return nil }
        if self.bytes[self.position] == UInt8(ascii: "`"), self.bytes[self.position...].starts(with: Self.fence) {
            return nil
        }
        return self.bytes[self.position]
    }

    mutating func note(_ kind: JSONRepair.Repair.Kind) {
        if self.repairs.count < 64 { self.repairs.append(.init(kind: kind, offset: self.position)) }
    }

    mutating func consume(_ character: Unicode.Scalar) -> Bool {
        guard let next = self.next, UInt32(next) == character.value else { return false }
        self.position += 1
        return true
    }

    private mutating func value() throws(Failure) -> JSON {
        guard let next = self.next else { throw .unfinished }
        switch next {
        case UInt8(ascii: "{"): return try self.nested(next) { (parser) throws(Failure) in try parser.object() }
        case UInt8(ascii: "["): return try self.nested(next) { (parser) throws(Failure) in try parser.array() }
        default: break
        }
        if let text = try self.string() { return .string(text) }
        return try self.scalar()
    }

    private mutating func nested(
        _ bracket: UInt8, _ body: (inout RepairParser) throws(Failure) -> JSON
    ) throws(Failure) -> JSON {
        guard self.open.count < Self.maximumDepth else { throw .hopeless }
        self.position += 1
        self.open.append(bracket)
        let value = try body(&self)
        self.open.removeLast()
        return value
    }

    private mutating func object() throws(Failure) -> JSON {
        var members: [(key: String, value: JSON)] = []
        while true {
            _ = try self.skipSpace()
            if try self.closes(with: "}") { return .object(JSON.Object(members)) }
            guard let key = try self.key() else {
                self.note(.removedUnfinishedValue)
                continue
            }
            self.hasMadeProgress = true
            _ = try self.skipSpace()
            do throws(Failure) {
                members.append((key: key, value: try self.value()))
            } catch .unfinished {
                self.note(.removedUnfinishedValue)
                continue
            }
            try self.separator(before: "}") { next, _ in next == UInt8(ascii: "\"") || next == UInt8(ascii: "'") }
        }
    }

    private mutating func array() throws(Failure) -> JSON {
        var values: [JSON] = []
        while true {
            _ = try self.skipSpace()
            if try self.closes(with: "]") { return .array(values) }
            do throws(Failure) {
                values.append(try self.value())
            } catch .unfinished {
                self.note(.removedUnfinishedValue)
                continue
            }
            self.hasMadeProgress = true
            // Strings side by side could also be meant as one; on lines of their own they are not.
            try self.separator(before: "]") { next, isOnNewLine in
                next == UInt8(ascii: "{") || next == UInt8(ascii: "[") || isOnNewLine && next == UInt8(ascii: "\"")
            }
        }
    }

    /// Whether the innermost bracket ends here: by its own mark, by the end of the text, or by that of an outer one.
    private mutating func closes(with mark: Unicode.Scalar) throws(Failure) -> Bool {
        guard let next = self.next else {
            self.note(.closedBracket)
            return true
        }
        if UInt32(next) == mark.value {
            self.position += 1
            return true
        }
        guard next == UInt8(ascii: "}") || next == UInt8(ascii: "]") else { return false }
        let opening = next == UInt8(ascii: "}") ? UInt8(ascii: "{") : UInt8(ascii: "[")
        guard self.open.contains(opening) else { throw .hopeless }
        self.note(.closedBracket)
        return true
    }

    /// Passes the comma after a value, or does without it where `mayFollow` says that a new value begins.
    private mutating func separator(
        before mark: Unicode.Scalar, mayFollow: (UInt8, _ isOnNewLine: Bool) -> Bool
    ) throws(Failure) {
        let isOnNewLine = try self.skipSpace()
        guard let next = self.next else { return }
        if next == UInt8(ascii: ",") {
            self.position += 1
            _ = try self.skipSpace()
            if let next = self.next, UInt32(next) == mark.value { self.note(.removedTrailingComma) }
        } else if next != UInt8(ascii: "}"), next != UInt8(ascii: "]") {
            guard mayFollow(next, isOnNewLine) else { throw .hopeless }
            self.note(.addedComma)
        }
    }

    /// A key and its colon; nil when the text ends before the colon.
    private mutating func key() throws(Failure) -> String? {
        let text: String
        do throws(Failure) {
            if let quoted = try self.string(isKey: true) {
                text = quoted
            } else {
                text = self.word()
                guard let first = text.utf8.first, !(0x30...0x39).contains(first) else { throw .hopeless }
                self.note(.quotedKey)
            }
        } catch .unfinished {
            return nil
        }
        _ = try self.skipSpace()
        guard self.next != nil else { return nil }
        guard self.consume(":") else { throw .hopeless }
        return text
    }

    /// Letters, digits, `_`, `$` and `-`.
    mutating func word() -> String {
        let start = self.position
        while let next = self.next, InternetFormat.isAlphanumeric(next) || "_$-".utf8.contains(next) || next >= 0x80 {
            self.position += 1
        }
        return String(decoding: self.bytes[start..<self.position], as: UTF8.self)
    }
}
