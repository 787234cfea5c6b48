extension JSON {
    /// This value as compact JSON, in one line and in the objects' own order.
    public func serialized() -> String { String(decoding: self.bytes(), as: UTF8.self) }

    /// `serialized()` as UTF-8.
    public func bytes() -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(256)
        self.write(into: &output)
        return output
    }

    /// Appends this value as compact JSON in UTF-8.
    public func write(into output: inout [UInt8]) {
        switch self {
        case .null: JSONWriter.append("null", to: &output)
        case .bool(let value): JSONWriter.append(value ? "true" : "false", to: &output)
        case .int(let value): JSONWriter.append(value, to: &output)
        case .number(let value): output.append(contentsOf: value.text.utf8)
        case .string(let value): JSONWriter.append(quoted: value, to: &output)
        case .array(let values):
            output.append(UInt8(ascii: "["))
            var isFirst = true
            for value in values {
                if !isFirst { output.append(UInt8(ascii: ",")) }
                isFirst = false
                value.write(into: &output)
            }
            output.append(UInt8(ascii: "]"))
        case .object(let object):
            output.append(UInt8(ascii: "{"))
            var isFirst = true
            for member in object.members {
                if !isFirst { output.append(UInt8(ascii: ",")) }
                isFirst = false
                JSONWriter.append(quoted: member.key, to: &output)
                output.append(UInt8(ascii: ":"))
                member.value.write(into: &output)
            }
            output.append(UInt8(ascii: "}"))
        }
    }

    /// This value over several lines, indented by two spaces.
    public func prettyPrinted() -> String {
        var output: [UInt8] = []
        JSONWriter.appendPretty(self, indentation: 0, to: &output)
        return String(decoding: output, as: UTF8.self)
    }
}

extension JSON: CustomStringConvertible {
    public var description: String { self.serialized() }
}

enum JSONWriter {
    static func append(_ text: StaticString, to output: inout [UInt8]) {
        output.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    static func append(_ value: Int64, to output: inout [UInt8]) {
        output.append(contentsOf: String(value).utf8)
    }

    static func append(quoted text: String, to output: inout [UInt8]) {
        output.append(UInt8(ascii: "\""))
        var text = text
        text.withUTF8 { bytes in
            guard let base = bytes.baseAddress else { return }
            var from = 0
            while true {
                let special = JSONScan.special(base, from: from, to: bytes.count)
                output.append(contentsOf: UnsafeBufferPointer(start: base + from, count: special - from))
                if special == bytes.count { break }
                Self.append(escaped: base[special], to: &output)
                from = special + 1
            }
        }
        output.append(UInt8(ascii: "\""))
    }

    /// The short escapes where JSON has them, `\u00xx` for the other control characters.
    private static func append(escaped byte: UInt8, to output: inout [UInt8]) {
        switch byte {
        case 0x22: Self.append("\\\"", to: &output)
        case 0x5C: Self.append("\\\\", to: &output)
        case 0x08: Self.append("\\b", to: &output)
        case 0x09: Self.append("\\t", to: &output)
        case 0x0A: Self.append("\\n", to: &output)
        case 0x0C: Self.append("\\f", to: &output)
        case 0x0D: Self.append("\\r", to: &output)
        default:
            Self.append("\\u00", to: &output)
            for digit in [byte >> 4, byte & 15] { output.append(digit < 10 ? 0x30 + digit : 0x57 + digit) }
        }
    }

    static func appendPretty(_ value: JSON, indentation: Int, to output: inout [UInt8]) {
        switch value {
        case .array(let values) where !values.isEmpty:
            output.append(UInt8(ascii: "["))
            for (position, element) in values.enumerated() {
                Self.appendLineBreak(afterElement: position > 0, indentation: indentation + 1, to: &output)
                Self.appendPretty(element, indentation: indentation + 1, to: &output)
            }
            Self.appendLineBreak(afterElement: false, indentation: indentation, to: &output)
            output.append(UInt8(ascii: "]"))
        case .object(let object) where !object.isEmpty:
            output.append(UInt8(ascii: "{"))
            for (position, member) in object.members.enumerated() {
                Self.appendLineBreak(afterElement: position > 0, indentation: indentation + 1, to: &output)
                Self.append(quoted: member.key, to: &output)
                Self.append(": ", to: &output)
                Self.appendPretty(member.value, indentation: indentation + 1, to: &output)
            }
            Self.appendLineBreak(afterElement: false, indentation: indentation, to: &output)
            output.append(UInt8(ascii: "}"))
        default: value.write(into: &output)
        }
    }

    private static func appendLineBreak(afterElement: Bool, indentation: Int, to output: inout [UInt8]) {
        if afterElement { output.append(UInt8(ascii: ",")) }
        output.append(0x0A)
        output.append(contentsOf: repeatElement(0x20, count: indentation * 2))
    }
}
