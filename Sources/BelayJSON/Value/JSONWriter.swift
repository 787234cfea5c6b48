/// Writes JSON into memory of its own, which is faster than appending to an array piece by piece.
///
/// Whoever makes one calls `deallocate` when done.
struct JSONWriter {
    private var base: UnsafeMutablePointer<UInt8>
    private var capacity: Int
    private(set) var count = 0

    init() {
        self.capacity = 1024
        self.base = UnsafeMutablePointer.allocate(capacity: 1024)
    }

    func deallocate() { self.base.deallocate() }

    /// Valid until the next change.
    var written: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: self.base, count: self.count) }

    /// Makes sure that this many bytes can be written at `count`.
    @inline(__always)
    private mutating func reserve(_ additional: Int) {
        if self.count &+ additional > self.capacity { self.grow(additional) }
    }

    @inline(never)
    private mutating func grow(_ additional: Int) {
        let capacity = max(self.capacity * 2, self.count + additional)
        let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
        larger.update(from: self.base, count: self.count)
        self.base.deallocate()
        self.base = larger
        self.capacity = capacity
    }

    @inline(__always)
    mutating func append(_ byte: UInt8) {
        self.reserve(1)
        self.base[self.count] = byte
        self.count &+= 1
    }

    mutating func append(_ bytes: UnsafePointer<UInt8>, count: Int) {
        self.reserve(count)
        (self.base + self.count).update(from: bytes, count: count)
        self.count &+= count
    }

    mutating func append(literal text: StaticString) { self.append(text.utf8Start, count: text.utf8CodeUnitCount) }

    /// Text that needs no escapes.
    mutating func append(raw text: String) {
        var text = text
        text.withUTF8 { bytes in
            if let base = bytes.baseAddress { self.append(base, count: bytes.count) }
        }
    }

    mutating func append(each bytes: some Sequence<UInt8>) { for byte in bytes { self.append(byte) } }

    mutating func append(_ value: JSON) {
        switch value {
        case .null: self.append(literal: "null")
        case .bool(let value): self.append(literal: value ? "true" : "false")
        case .int(let value): self.append(raw: String(value))
        case .number(let value): self.append(raw: value.text)
        case .string(let value): self.append(quoted: value)
        case .array(let values):
            self.append(UInt8(ascii: "["))
            for value in values {
                self.append(value)
                self.append(UInt8(ascii: ","))
            }
            self.close(with: UInt8(ascii: "]"), afterComma: !values.isEmpty)
        case .object(let object):
            self.append(UInt8(ascii: "{"))
            for member in object.members {
                self.append(quoted: member.key)
                self.append(UInt8(ascii: ":"))
                self.append(member.value)
                self.append(UInt8(ascii: ","))
            }
            self.close(with: UInt8(ascii: "}"), afterComma: !object.isEmpty)
        }
    }

    /// Ends an array or object, in place of the comma after its last element.
    mutating func close(with byte: UInt8, afterComma: Bool) {
        if afterComma { self.base[self.count &- 1] = byte } else { self.append(byte) }
    }

    mutating func append(quoted text: String) {
        self.append(UInt8(ascii: "\""))
        var text = text
        text.withUTF8 { bytes in
            guard let base = bytes.baseAddress else { return }
            var from = 0
            while true {
                let special = JSONScan.special(base, from: from, to: bytes.count)
                self.append(base + from, count: special &- from)
                if special == bytes.count { break }
                self.append(escaped: base[special])
                from = special &+ 1
            }
        }
        self.append(UInt8(ascii: "\""))
    }

    /// The short escapes where JSON has them, `\u00xx` for the other control characters.
    private mutating func append(escaped byte: UInt8) {
        switch byte {
        case 0x22: self.append(literal: "\\\"")
        case 0x5C: self.append(literal: "\\\\")
        case 0x08: self.append(literal: "\\b")
        case 0x09: self.append(literal: "\\t")
        case 0x0A: self.append(literal: "\\n")
        case 0x0C: self.append(literal: "\\f")
        case 0x0D: self.append(literal: "\\r")
        default:
            self.append(literal: "\\u00")
            for digit in [byte >> 4, byte & 15] { self.append(digit < 10 ? 0x30 + digit : 0x57 + digit) }
        }
    }
}
