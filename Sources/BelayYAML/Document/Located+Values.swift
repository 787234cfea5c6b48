import BelayJSON

extension Located.Scalar {
    /// A whole number, digits grouped by `_` if one likes; nil for quoted text and for everything else. A leading zero
    /// is refused, since it makes a number octal in YAML 1.1 and means nothing in YAML 1.2.
    package var integer: Int? {
        let digits = self.text.first == "-" || self.text.first == "+" ? self.text.dropFirst() : Substring(self.text)
        let groups = digits.split(separator: "_", omittingEmptySubsequences: false)
        guard self.isPlain, !groups.contains(""), digits.count == 1 || digits.first != "0" else { return nil }
        return Int(self.text.replacing("_", with: ""))
    }

    /// A finite decimal number; nil for quoted text and for everything else, such as `.inf` and `0x1p3`.
    package var number: Double? {
        guard self.isPlain, self.text.utf8.allSatisfy({ "0123456789+-.eE".utf8.contains($0) }) else { return nil }
        return Double(self.text).flatMap { $0.isFinite ? $0 : nil }
    }

    /// Exactly `true` or `false`, not quoted.
    package var boolean: Bool? { self.isPlain ? ["true": true, "false": false][self.text] : nil }

    /// As a JSON value: quoted text is text; a plain scalar is what the core schema of YAML 1.2 (section 10.3.2) takes
    /// it for, without infinities and NaN, which JSON has not. So `no`, `on` and `12:30` are texts.
    package var json: JSON {
        guard self.isPlain else { return .string(self.text) }
        switch self.text {
        case "true", "True", "TRUE": return true
        case "false", "False", "FALSE": return false
        case "null", "Null", "NULL", "~", "": return .null
        default: break
        }
        if let number = Int64(self.text) { return .int(number) }
        if self.text.hasPrefix("0x"), let number = Int64(self.text.dropFirst(2), radix: 16) { return .int(number) }
        if self.text.hasPrefix("0o"), let number = Int64(self.text.dropFirst(2), radix: 8) { return .int(number) }
        return JSON.Number(self.text).map(JSON.number) ?? .string(self.text)
    }
}

extension Located {
    /// The node as a JSON value; nil when a part of it could not be read.
    package var json: JSON? {
        switch self.value {
        case .null: return .null
        case .unreadable: return nil
        case .scalar(let scalar): return scalar.json
        case .list(let elements):
            let values = elements.compactMap(\.json)
            return values.count == elements.count ? .array(values) : nil
        case .mapping(let entries):
            var object: [(key: String, value: JSON)] = []
            for entry in entries {
                guard let value = entry.value.json else { return nil }
                object.append((entry.key, value))
            }
            return .object(JSON.Object(object))
        }
    }
}
