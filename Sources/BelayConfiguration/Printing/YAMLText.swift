import BelayJSON

/// Writes a JSON value as block YAML.
enum YAMLText {
    static func render(_ value: JSON) -> String {
        var lines: [String] = []
        Self.write(value, prefix: "", indent: 0, into: &lines)
        return lines.joined(separator: "\n") + "\n"
    }

    /// - Parameter prefix: What stands before the value on its line, such as `key:` or `-`.
    private static func write(_ value: JSON, prefix: String, indent: Int, into lines: inout [String]) {
        let margin = String(repeating: "  ", count: indent)
        switch value {
        case .object(let members) where !members.isEmpty:
            if !prefix.isEmpty { lines.append(prefix) }
            for (key, member) in members {
                Self.write(member, prefix: "\(margin)\(Self.scalar(key)):", indent: indent + 1, into: &lines)
            }
        case .array(let elements) where !elements.isEmpty:
            if !prefix.isEmpty { lines.append(prefix) }
            for element in elements {
                Self.writeElement(element, margin: margin, indent: indent, into: &lines)
            }
        case .string(let text) where text.contains("\n") && Self.fitsABlock(text):
            lines.append("\(prefix) |\(text.hasSuffix("\n") ? "" : "-")")
            let body = text.hasSuffix("\n") ? text.dropLast() : Substring(text)
            for line in body.split(separator: "\n", omittingEmptySubsequences: false) {
                lines.append(line.isEmpty ? "" : "\(margin)\(line)")
            }
        default:
            let text: String
            if case .string(let string) = value { text = Self.scalar(string) } else { text = value.serialized() }
            lines.append(prefix.isEmpty ? text : "\(prefix) \(text)")
        }
    }

    /// The first key of a mapping stands on the line of its dash.
    private static func writeElement(_ element: JSON, margin: String, indent: Int, into lines: inout [String]) {
        guard case .object(let members) = element, !members.isEmpty else {
            Self.write(element, prefix: "\(margin)-", indent: indent + 1, into: &lines)
            return
        }
        let start = lines.count
        Self.write(element, prefix: "", indent: indent + 1, into: &lines)
        lines[start] = "\(margin)- " + lines[start].drop { $0 == " " }
    }

    /// Whether the text survives as a literal block: at most one line break at its end, none before its text, no
    /// leading space that would be taken for indentation.
    private static func fitsABlock(_ text: String) -> Bool {
        guard let first = text.first, first != " ", first != "\n", !text.hasSuffix("\n\n") else { return false }
        return text.unicodeScalars.allSatisfy { $0 == "\n" || $0.value >= 0x20 && !Self.needsEscape($0) }
    }

    /// What YAML takes for a line break, or refuses, outside an escape, and JSON doesn't escape.
    private static func needsEscape(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x7F...0x9F, 0x2028, 0x2029, 0xFEFF, 0xFFFE, 0xFFFF: true
        default: false
        }
    }

    private static func quoted(_ text: String) -> String {
        var result = ""
        for scalar in JSON.string(text).serialized().unicodeScalars {
            guard Self.needsEscape(scalar) else {
                result.unicodeScalars.append(scalar)
                continue
            }
            let digits = String(scalar.value, radix: 16, uppercase: true)
            result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        }
        return result
    }

    /// A text in one line: plain when nothing in it can be mistaken, else quoted as in JSON, which is YAML too.
    private static func scalar(_ text: String) -> String {
        let words: Set<String> = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"]
        let isPlain =
            text.first.map { $0.isASCII && ($0.isLetter || $0 == "/") } ?? false
            && text.unicodeScalars.allSatisfy {
                $0.isASCII
                    && ($0.properties.isAlphabetic || $0.properties.numericType != nil
                        || "_-./".unicodeScalars.contains($0))
            }
        return isPlain && !words.contains(text.lowercased()) ? text : Self.quoted(text)
    }
}
