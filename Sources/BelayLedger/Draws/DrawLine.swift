import BelayJSON

/// A line of the log of draws as JSON, written field by field: one is written before every attempt and one after it, so that
/// a tree of values in between would be most of what a budget costs.
struct DrawLine {
    private(set) var bytes: [UInt8] = []

    init() {
        self.bytes.reserveCapacity(512)
        self.bytes.append(UInt8(ascii: "{"))
    }

    mutating func append(_ name: StaticString, _ value: Int64) {
        self.begin(name)
        self.append(value)
    }

    mutating func append(_ name: StaticString, _ value: String) {
        self.begin(name)
        self.append(quoted: value)
    }

    mutating func append(_ name: StaticString, ifPresent value: String?) { if let value { self.append(name, value) } }

    mutating func append(_ name: StaticString, _ values: some Collection<Int64>) {
        self.begin(name)
        self.bytes.append(UInt8(ascii: "["))
        var isFirst = true
        for value in values {
            if !isFirst { self.bytes.append(UInt8(ascii: ",")) }
            isFirst = false
            self.append(value)
        }
        self.bytes.append(UInt8(ascii: "]"))
    }

    /// Ends the line; nothing may follow.
    mutating func end() { self.bytes += [UInt8(ascii: "}"), UInt8(ascii: "\n")] }

    private mutating func begin(_ name: StaticString) {
        if self.bytes.count > 1 { self.bytes.append(UInt8(ascii: ",")) }
        self.bytes.append(UInt8(ascii: "\""))
        name.withUTF8Buffer { self.bytes.append(contentsOf: $0) }
        self.bytes.append(UInt8(ascii: "\""))
        self.bytes.append(UInt8(ascii: ":"))
    }

    private mutating func append(_ value: Int64) {
        if value < 0 { self.bytes.append(UInt8(ascii: "-")) }
        let magnitude = value.magnitude
        var place: UInt64 = 1
        while magnitude / place >= 10 { place *= 10 }
        while place > 0 {
            self.bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: magnitude / place % 10))
            place /= 10
        }
    }

    private mutating func append(quoted text: String) {
        var text = text
        text.withUTF8 { utf8 in
            guard utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7f && $0 != 0x22 && $0 != 0x5c }) else {
                return self.bytes += JSON.string(String(decoding: utf8, as: UTF8.self)).bytes()
            }
            self.bytes.append(UInt8(ascii: "\""))
            self.bytes.append(contentsOf: utf8)
            self.bytes.append(UInt8(ascii: "\""))
        }
    }
}
