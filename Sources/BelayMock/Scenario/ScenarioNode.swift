import BelayJSON
import Yams

/// A place in a scenario file: typed access to it, with errors that say where it is.
struct ScenarioNode {
    let node: Node
    let file: String
    let path: String

    /// - Throws: `MockScenarioError` for text that is no YAML document.
    static func root(of yaml: String, file: String) throws -> ScenarioNode? {
        do {
            return try compose(yaml: yaml).map { ScenarioNode(node: $0, file: file, path: "") }
        } catch let error as YamlError {
            throw Self.error(error, file: file)
        }
    }

    private static func error(_ error: YamlError, file: String) -> MockScenarioError {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            return MockScenarioError(
                file: file, line: mark.line, column: mark.column, path: "", message: "no valid YAML: \(problem)")
        case .duplicatedKeysInMapping(let keys, let context):
            return MockScenarioError(
                file: file, line: context.mark.line, column: context.mark.column, path: "",
                message: "keys appear twice: \(keys.joined(separator: ", "))")
        default:
            return MockScenarioError(file: file, line: nil, column: nil, path: "", message: "no valid YAML: \(error)")
        }
    }

    func error(_ message: String, suggestion: String? = nil) -> MockScenarioError {
        MockScenarioError(
            file: self.file, line: self.node.mark?.line, column: self.node.mark?.column, path: self.path,
            message: message, suggestion: suggestion)
    }

    private func child(_ node: Node, _ name: String) -> ScenarioNode {
        let separator = self.path.isEmpty || name.hasPrefix("[") ? "" : "."
        return ScenarioNode(node: node, file: self.file, path: self.path + separator + name)
    }

    // Shapes

    /// The members of a mapping, in order.
    func members() throws -> [(key: String, value: ScenarioNode)] {
        guard case .mapping(let mapping) = self.node else { throw self.error("must be a mapping, is \(self.kind)") }
        return try mapping.map { key, value in
            guard case .scalar(let scalar) = key else { throw self.error("has a key that is no text") }
            return (scalar.string, self.child(value, scalar.string))
        }
    }

    /// The members of a mapping that may have these keys and no others.
    func fields(_ allowed: [String]) throws -> [String: ScenarioNode] {
        guard case .mapping(let mapping) = self.node else { throw self.error("must be a mapping, is \(self.kind)") }
        var fields: [String: ScenarioNode] = [:]
        for (key, value) in mapping {
            guard case .scalar(let name) = key else { throw self.error("has a key that is no text") }
            guard allowed.contains(name.string) else {
                let place = ScenarioNode(node: key, file: self.file, path: self.path)
                let nearest = Suggestion.nearest(to: name.string, among: allowed)
                let known = nearest == nil ? "; known keys: \(allowed.joined(separator: ", "))" : ""
                throw place.error("unknown key '\(name.string)'" + known, suggestion: nearest)
            }
            fields[name.string] = self.child(value, name.string)
        }
        return fields
    }

    func items() throws -> [ScenarioNode] {
        guard case .sequence(let items) = self.node else { throw self.error("must be a list, is \(self.kind)") }
        return items.enumerated().map { self.child($1, "[\($0)]") }
    }

    /// The items of a list, or the one thing that stands for a list of one.
    func oneOrMore() throws -> [ScenarioNode] {
        if case .sequence = self.node { try self.items() } else { [self] }
    }

    var isMapping: Bool { if case .mapping = self.node { true } else { false } }
    var isSequence: Bool { if case .sequence = self.node { true } else { false } }

    private var kind: String {
        switch self.node {
        case .mapping: "a mapping"
        case .sequence: "a list"
        case .scalar(let scalar): scalar.string.isEmpty ? "empty" : "'\(scalar.string)'"
        case .alias: "an alias"
        }
    }

    // Scalars

    func string() throws -> String {
        guard case .scalar(let scalar) = self.node else { throw self.error("must be text, is \(self.kind)") }
        return scalar.string
    }

    func integer(in range: ClosedRange<Int>) throws -> Int {
        guard let value = Int(try self.string()), range.contains(value) else {
            throw self.error("must be a whole number from \(range.lowerBound) to \(range.upperBound), is \(self.kind)")
        }
        return value
    }

    func number(in range: ClosedRange<Double>) throws -> Double {
        guard let value = Double(try self.string()), range.contains(value) else {
            throw self.error("must be a number from \(range.lowerBound) to \(range.upperBound), is \(self.kind)")
        }
        return value
    }

    func boolean() throws -> Bool {
        guard let value = Bool(try self.string()) else { throw self.error("must be true or false, is \(self.kind)") }
        return value
    }

    /// One of the values of an enumeration whose raw values are the words of the file.
    func choice<Value: RawRepresentable & CaseIterable>(_ type: Value.Type = Value.self) throws -> Value
    where Value.RawValue == String {
        let text = try self.string()
        guard let value = Value(rawValue: text) else {
            let names = Value.allCases.map(\.rawValue)
            throw self.error(
                "'\(text)' is not one of \(names.joined(separator: ", "))",
                suggestion: Suggestion.nearest(to: text, among: names))
        }
        return value
    }

    /// A number with a unit: `us`, `ms`, `s`, `m` or `h`; at most a day.
    func duration() throws -> Duration {
        let text = try self.string()
        let number = text.prefix { $0.isNumber || $0 == "." }
        let units: [String: Duration] = [
            "us": .microseconds(1), "ms": .milliseconds(1), "s": .seconds(1), "m": .seconds(60), "h": .seconds(3_600),
        ]
        if text == "0" { return .zero }
        guard let unit = units[String(text.dropFirst(number.count)).trimmed()], let value = Double(number),
            unit * value <= .seconds(86_400)
        else { throw self.error("must be a time of at most a day, such as 50ms, 2s or 1m, is \(self.kind)") }
        return unit * value
    }

    func template() throws -> Template {
        let text = try self.string()
        do {
            return try Template(text)
        } catch {
            throw self.error(error.reason, suggestion: error.suggestion)
        }
    }

    /// YAML as JSON. A plain scalar is a number, a boolean or null if it looks like one; a quoted one is text.
    func json() throws -> JSONTemplate {
        switch self.node {
        case .scalar(let scalar):
            if scalar.style == .plain, let value = Self.plain(scalar.string) { return .value(value) }
            return .text(try self.template())
        case .sequence:
            return .array(try self.items().map { try $0.json() })
        case .mapping:
            return .object(try self.members().map { .init(key: $0.key, value: try $0.value.json()) })
        case .alias:
            throw self.error("an alias without an anchor")
        }
    }

    private static func plain(_ text: String) -> JSON? {
        switch text {
        case "", "~", "null": .null
        case "true": .bool(true)
        case "false": .bool(false)
        default: Int64(text).map(JSON.int) ?? JSON.Number(text).map(JSON.number)
        }
    }
}
