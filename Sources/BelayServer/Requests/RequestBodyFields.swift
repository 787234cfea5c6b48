import BelayJSON

/// The fields of a JSON object that a client sent. Each refusal names the field.
struct RequestBodyFields: Sendable {
    private let object: JSON.Object
    private let path: String

    init(_ json: JSON, allowed: Set<String>, path: String) throws(Problem) {
        self.path = path
        guard let object = json.objectValue else {
            throw Problem(
                .badRequest, code: "body_invalid", "\(path.isEmpty ? "The body" : path) has to be a JSON object.",
                parameter: path.isEmpty ? nil : path)
        }
        self.object = object
        for key in object.keys where !allowed.contains(key) {
            let known = allowed.sorted().joined(separator: ", ")
            throw Problem(
                .badRequest, code: "parameter_unknown", "\(self.place(key)) is not a parameter. Known: \(known).",
                parameter: self.place(key))
        }
    }

    private func place(_ key: String) -> String { self.path.isEmpty ? key : "\(self.path).\(key)" }

    private func invalid(_ key: String, _ expected: String) -> Problem {
        Problem(
            .badRequest, code: "parameter_invalid", "\(self.place(key)) has to be \(expected).",
            parameter: self.place(key))
    }

    /// The field; nil when it is absent or null.
    func value(_ key: String) -> JSON? {
        // Not by `flatMap`: a bare `nil` in its closure would be JSON's own null.
        guard let value = self.object[key], !value.isNull else { return nil }
        return value
    }

    func required(_ key: String) throws(Problem) -> JSON {
        guard let value = self.value(key) else {
            throw Problem(
                .badRequest, code: "parameter_missing", "\(self.place(key)) is missing.", parameter: self.place(key))
        }
        return value
    }

    func requiredText(_ key: String) throws(Problem) -> String {
        guard let text = try self.required(key).stringValue else { throw self.invalid(key, "a text") }
        return text
    }

    func text(_ key: String, atMost longest: Int = .max) throws(Problem) -> String? {
        guard let value = self.value(key) else { return nil }
        guard let text = value.stringValue else { throw self.invalid(key, "a text") }
        guard text.count <= longest else { throw self.invalid(key, "a text of at most \(longest) characters") }
        return text
    }

    /// A text that names somebody or something: short, and without characters that would garble a log.
    func name(_ key: String) throws(Problem) -> String? {
        guard let name = try self.text(key) else { return nil }
        let isPlain = name.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
        guard (1...256).contains(name.count), name.utf8.count <= 1_024, isPlain else {
            throw self.invalid(key, "a text of 1 to 256 characters, none of them a control character")
        }
        return name
    }

    func requiredName(_ key: String) throws(Problem) -> String {
        _ = try self.required(key)
        guard let name = try self.name(key) else { throw self.invalid(key, "a text") }
        return name
    }

    func flag(_ key: String) throws(Problem) -> Bool {
        guard let value = self.value(key) else { return false }
        guard let flag = value.boolValue else { throw self.invalid(key, "true or false") }
        return flag
    }

    func number(_ key: String, in range: ClosedRange<Double>) throws(Problem) -> Double? {
        guard let value = self.value(key) else { return nil }
        guard let number = value.doubleValue, range.contains(number) else {
            let bounds = (Int(range.lowerBound), Int(range.upperBound))
            throw self.invalid(key, "a number from \(bounds.0) to \(bounds.1)")
        }
        return number
    }

    func choice<Value: RawRepresentable<String> & CaseIterable>(
        _ key: String, of type: Value.Type
    ) throws(Problem) -> Value? {
        guard let text = try self.text(key) else { return nil }
        guard let value = Value(rawValue: text) else {
            throw self.invalid(key, "one of: \(Value.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return value
    }

    func object(_ key: String, allowed: Set<String>) throws(Problem) -> RequestBodyFields? {
        guard let value = self.value(key) else { return nil }
        return try RequestBodyFields(value, allowed: allowed, path: self.place(key))
    }
}
