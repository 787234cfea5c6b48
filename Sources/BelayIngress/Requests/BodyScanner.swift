import BelayJSON

/// Walks over the bytes of a JSON object and checks them, without keeping anything.
///
/// Every read is preceded by a comparison with `count`. The rules are those of `JSON.parse`.
struct BodyScanner {
    struct Fault: Error {
        let offset: Int
        let reason: String

        func parseError(in body: UnsafeBufferPointer<UInt8>) -> JSON.ParseError {
            var line = 1
            var lineStart = 0
            for position in 0..<min(self.offset, body.count) where body[position] == 0x0A {
                line += 1
                lineStart = position + 1
            }
            return JSON.ParseError(
                offset: self.offset, line: line, column: self.offset - lineStart + 1, reason: self.reason)
        }
    }

    /// The keys that are told apart.
    enum Key { case model, stream, maxTokens, other }

    let bytes: UnsafeBufferPointer<UInt8>
    let count: Int
    private let limits: JSON.Limits
    var position = 0

    init(_ bytes: UnsafeBufferPointer<UInt8>, limits: JSON.Limits) {
        self.bytes = bytes
        self.count = bytes.count
        self.limits = limits
    }

    func fault(_ reason: String) -> Fault { Fault(offset: self.position, reason: reason) }

    /// Comes to the opening brace.
    mutating func begin() throws(Fault) {
        guard self.count <= self.limits.bytes else {
            throw Fault(
                offset: self.limits.bytes,
                reason: "document of \(self.count) bytes is larger than the limit of \(self.limits.bytes)")
        }
        guard self.count > 0 else { throw self.fault("empty document") }
        if self.count >= 3, self.bytes[0] == 0xEF, self.bytes[1] == 0xBB, self.bytes[2] == 0xBF {
            throw self.fault("byte order mark before the document")
        }
        self.skipWhitespace()
        guard self.position < self.count, self.bytes[self.position] == UInt8(ascii: "{") else {
            throw self.fault("expected an object")
        }
        guard self.limits.depth > 0 else { throw self.fault("nested too deep") }
    }

    /// Comes to the end of the body, where nothing more may stand.
    mutating func end() throws(Fault) {
        self.skipWhitespace()
        guard self.position == self.count else { throw self.fault("unexpected text after the document") }
    }

    /// Walks over the top-level object. `body` has to consume the value.
    mutating func eachMember(_ body: (inout BodyScanner, Key) throws(Fault) -> Void) throws(Fault) {
        self.position += 1
        self.skipWhitespace()
        if self.consume(UInt8(ascii: "}")) { return }
        while true {
            let key = try self.key()
            try self.colon()
            try body(&self, key)
            self.skipWhitespace()
            if self.consume(UInt8(ascii: "}")) { return }
            guard self.consume(UInt8(ascii: ",")) else { throw self.fault("expected ',' or '}'") }
            self.skipWhitespace()
        }
    }

    private mutating func key() throws(Fault) -> Key {
        guard self.position < self.count, self.bytes[self.position] == UInt8(ascii: "\"") else {
            throw self.fault("expected a key in double quotes")
        }
        let start = self.position
        guard try self.skipString() else { return Self.key(self.bytes[(start + 1)..<(self.position - 1)]) }
        // A key may be written with escapes and means the same.
        return Self.key(ArraySlice(self.decodedString(from: start).utf8))
    }

    private static func key(_ bytes: some Collection<UInt8>) -> Key {
        switch bytes.count {
        case 5 where bytes.elementsEqual("model".utf8): .model
        case 6 where bytes.elementsEqual("stream".utf8): .stream
        case 10 where bytes.elementsEqual("max_tokens".utf8): .maxTokens
        case 17 where bytes.elementsEqual("max_output_tokens".utf8): .maxTokens
        case 21 where bytes.elementsEqual("max_completion_tokens".utf8): .maxTokens
        default: .other
        }
    }

    private mutating func colon() throws(Fault) {
        self.skipWhitespace()
        guard self.consume(UInt8(ascii: ":")) else { throw self.fault("expected ':' after the key") }
        self.skipWhitespace()
    }

    /// Consumes a value and says what it is, as far as that is of interest.
    mutating func peekedValue() throws(Fault) -> RequestPeek.Value {
        let start = self.position
        guard start < self.count else { throw self.fault("unexpected end of the document") }
        let first = self.bytes[start]
        try self.skipValue(depth: 1)
        switch first {
        case UInt8(ascii: "\""): return .string(self.decodedString(from: start))
        case UInt8(ascii: "t"): return .bool(true)
        case UInt8(ascii: "f"): return .bool(false)
        case UInt8(ascii: "n"): return .null
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            return self.decoded(from: start)?.intValue.map { .int($0) } ?? .other
        default: return .other
        }
    }

    /// - Parameter depth: How many arrays and objects are open around the value.
    mutating func skipValue(depth: Int) throws(Fault) {
        guard self.position < self.count else { throw self.fault("unexpected end of the document") }
        switch self.bytes[self.position] {
        case UInt8(ascii: "\""): _ = try self.skipString()
        case UInt8(ascii: "{"): try self.skipObject(depth: depth)
        case UInt8(ascii: "["): try self.skipArray(depth: depth)
        case UInt8(ascii: "t"): try self.skipLiteral("true")
        case UInt8(ascii: "f"): try self.skipLiteral("false")
        case UInt8(ascii: "n"): try self.skipLiteral("null")
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): try self.skipNumber()
        default: throw self.fault("expected a value")
        }
    }

    private mutating func skipObject(depth: Int) throws(Fault) {
        guard depth < self.limits.depth else { throw self.fault("nested too deep") }
        self.position += 1
        self.skipWhitespace()
        if self.consume(UInt8(ascii: "}")) { return }
        while true {
            guard self.position < self.count, self.bytes[self.position] == UInt8(ascii: "\"") else {
                throw self.fault("expected a key in double quotes")
            }
            _ = try self.skipString()
            try self.colon()
            try self.skipValue(depth: depth + 1)
            self.skipWhitespace()
            if self.consume(UInt8(ascii: "}")) { return }
            guard self.consume(UInt8(ascii: ",")) else { throw self.fault("expected ',' or '}'") }
            self.skipWhitespace()
        }
    }

    private mutating func skipArray(depth: Int) throws(Fault) {
        guard depth < self.limits.depth else { throw self.fault("nested too deep") }
        self.position += 1
        self.skipWhitespace()
        if self.consume(UInt8(ascii: "]")) { return }
        while true {
            try self.skipValue(depth: depth + 1)
            self.skipWhitespace()
            if self.consume(UInt8(ascii: "]")) { return }
            guard self.consume(UInt8(ascii: ",")) else { throw self.fault("expected ',' or ']'") }
            self.skipWhitespace()
        }
    }

    @inline(__always)
    mutating func skipWhitespace() {
        while self.position < self.count {
            switch self.bytes[self.position] {
            case 0x20, 0x0A, 0x0D, 0x09: self.position &+= 1
            default: return
            }
        }
    }

    @inline(__always)
    mutating func consume(_ byte: UInt8) -> Bool {
        guard self.position < self.count, self.bytes[self.position] == byte else { return false }
        self.position &+= 1
        return true
    }

    /// What was checked already, as a value.
    private func decoded(from start: Int) -> JSON? {
        // What was walked over is JSON, and within the limits.
        try? JSON.parse(UnsafeBufferPointer(rebasing: self.bytes[start..<self.position]))
    }

    private func decodedString(from start: Int) -> String { self.decoded(from: start)?.stringValue ?? "" }
}
