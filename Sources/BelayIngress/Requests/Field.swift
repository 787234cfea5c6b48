import BelayJSON

/// A value of a request and where it stands: what is wrong with it is said with its path.
struct Field: Sendable {
    let json: JSON
    let path: ParameterPath

    func problem(_ kind: IngressProblem.Kind, _ message: String) -> IngressProblem {
        IngressProblem(kind, at: self.path, message)
    }

    /// A member; nil when it is absent or null, which mean the same in all protocols.
    subscript(key: String) -> Field? {
        guard let value = self.json[key], !value.isNull else { return nil }
        return Field(json: value, path: self.path.key(key))
    }

    func required(_ key: String) throws(IngressProblem) -> Field {
        guard let field = self[key] else {
            throw IngressProblem(.missing, at: self.path.key(key), "this parameter is required.")
        }
        return field
    }

    func string() throws(IngressProblem) -> String {
        guard let text = self.json.stringValue else { throw self.wrongType("a string") }
        return text
    }

    /// A text that says something.
    func name(atMost length: Int = 512) throws(IngressProblem) -> String {
        let text = try self.string()
        guard !text.isEmpty else { throw self.problem(.badValue, "expected a text that is not empty.") }
        guard text.count <= length else {
            throw self.problem(.tooLong, "expected at most \(length) characters, but got \(text.count).")
        }
        return text
    }

    /// Somebody's name, by which budgets and rates count: without control characters, as in a header.
    func endUser() throws(IngressProblem) -> String {
        let name = try self.string()
        guard name.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control }) else {
            throw self.problem(.badValue, "expected a name without control characters.")
        }
        return name
    }

    func bool() throws(IngressProblem) -> Bool {
        guard let value = self.json.boolValue else { throw self.wrongType("a boolean") }
        return value
    }

    func int(atLeast least: Int, atMost most: Int = .max) throws(IngressProblem) -> Int {
        guard let value = self.json.intValue else {
            // It is right but for its size.
            if self.json.kind == "integer" { throw self.problem(.badValue, "expected an integer of 64 bits.") }
            throw self.wrongType("an integer")
        }
        guard value >= least else {
            throw self.problem(.tooSmall, "expected an integer of at least \(least), but got \(value).")
        }
        guard value <= most else {
            throw self.problem(.tooLarge, "expected an integer of at most \(most), but got \(value).")
        }
        return value
    }

    func number(in range: ClosedRange<Double>) throws(IngressProblem) -> Double {
        guard let value = self.json.doubleValue else {
            // Only one with too many digits before its point is no `Double`.
            if ["integer", "number"].contains(self.json.kind) {
                throw self.problem(.badValue, "expected a number that a double can hold.")
            }
            throw self.wrongType("a number")
        }
        guard value >= range.lowerBound else {
            throw self.problem(.tooSmall, "expected a number of at least \(range.lowerBound), but got \(value).")
        }
        guard value <= range.upperBound else {
            throw self.problem(.tooLarge, "expected a number of at most \(range.upperBound), but got \(value).")
        }
        return value
    }

    func items() throws(IngressProblem) -> [Field] {
        guard let values = self.json.arrayValue else { throw self.wrongType("an array") }
        return values.enumerated().map { Field(json: $0.element, path: self.path.index($0.offset)) }
    }

    @discardableResult func object() throws(IngressProblem) -> JSON.Object {
        guard let object = self.json.objectValue else { throw self.wrongType("an object") }
        return object
    }

    /// One of a vendor's words.
    func word(of words: [String]) throws(IngressProblem) -> String {
        let text = try self.string()
        guard words.contains(text) else {
            let list = words.map { "'\($0)'" }.joined(separator: ", ")
            throw self.problem(.badValue, "'\(text.prefix(64))' is not supported. Supported are: \(list).")
        }
        return text
    }

    /// The word that tells what kind of object this is.
    func type() throws(IngressProblem) -> String {
        try self.object()
        return try self.required("type").string()
    }

    /// Refuses members that the vendor doesn't know.
    func allow(only keys: Set<String>) throws(IngressProblem) {
        for (key, _) in try self.object() where !keys.contains(key) {
            throw IngressProblem(.unknown, at: self.path.key(key), "this parameter is not known.")
        }
    }

    func wrongType(_ expected: String) -> IngressProblem {
        let actual =
            switch self.json.kind {
            case "integer", "array", "object": "an \(self.json.kind)"
            case "null": "null"
            default: "a \(self.json.kind)"
            }
        return self.problem(.wrongType, "expected \(expected), but got \(actual).")
    }
}
