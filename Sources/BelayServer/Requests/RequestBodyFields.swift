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
                .badRequest, code: "parameter_unknown", "\(self.name(key)) is not a parameter. Known: \(known).",
                parameter: self.name(key))
        }
    }

    private func name(_ key: String) -> String { self.path.isEmpty ? key : "\(self.path).\(key)" }

    private func invalid(_ key: String, _ expected: String) -> Problem {
        Problem(
            .badRequest, code: "parameter_invalid", "\(self.name(key)) has to be \(expected).",
            parameter: self.name(key))
    }

    func value(_ key: String) -> JSON? { self.object[key].flatMap { $0.isNull ? nil : $0 } }

    func required(_ key: String) throws(Problem) -> JSON {
        guard let value = self.value(key) else {
            throw Problem(
                .badRequest, code: "parameter_missing", "\(self.name(key)) is missing.", parameter: self.name(key))
        }
        return value
    }

    func requiredText(_ key: String) throws(Problem) -> String {
        guard let text = try self.required(key).stringValue else { throw self.invalid(key, "a text") }
        return text
    }

    func text(_ key: String) throws(Problem) -> String? {
        guard let value = self.value(key) else { return nil }
        guard let text = value.stringValue else { throw self.invalid(key, "a text") }
        return text
    }

    func flag(_ key: String) throws(Problem) -> Bool {
        guard let value = self.value(key) else { return false }
        guard let flag = value.boolValue else { throw self.invalid(key, "true or false") }
        return flag
    }

    func number(_ key: String, in range: ClosedRange<Double>) throws(Problem) -> Double? {
        guard let value = self.value(key) else { return nil }
        guard let number = value.doubleValue, range.contains(number) else {
            throw self.invalid(key, "a number from \(range.lowerBound) to \(range.upperBound)")
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
        return try RequestBodyFields(value, allowed: allowed, path: self.name(key))
    }
}
