import BelayJSON
import BelayYAML

/// A place in a scenario file: typed access to it, with errors that say where it is.
struct ScenarioNode {
    let place: Located
    let file: String

    /// - Throws: `MockScenarioError` for text that is no YAML document.
    static func root(of yaml: String, file: String) throws -> ScenarioNode? {
        var reader = Reader(file: file)
        let root = YAMLDocument.read(yaml, into: &reader)
        try reader.finish()
        guard let root, !root.isNull else { return nil }
        return ScenarioNode(place: root, file: file)
    }

    func error(_ message: String, suggestion: String? = nil) -> MockScenarioError {
        self.error { $0.report(message, at: self.place, suggestion: suggestion) }
    }

    private func expected(_ words: String) -> MockScenarioError { self.error { $0.expected(words, at: self.place) } }

    /// What `report` reports, as an error.
    private func error(_ report: (inout Reader) -> Void) -> MockScenarioError {
        var reader = Reader(file: self.file)
        report(&reader)
        return MockScenarioError(problems: reader.problems)
    }

    private func child(_ place: Located) -> ScenarioNode { ScenarioNode(place: place, file: self.file) }

    // Shapes

    /// The members of a mapping, in order.
    func members() throws -> [(key: String, value: ScenarioNode)] {
        guard case .mapping(let entries) = self.place.value else { throw self.expected("a mapping") }
        return entries.map { ($0.key, self.child($0.value)) }
    }

    /// The members of a mapping that may have these keys and no others.
    ///
    /// - Throws: `MockScenarioError` with every key that is none of them.
    func fields(_ allowed: [String]) throws -> [String: ScenarioNode] {
        guard case .mapping(let entries) = self.place.value else { throw self.expected("a mapping") }
        var reader = Reader(file: self.file)
        for entry in entries where !allowed.contains(entry.key) {
            reader.unknown(entry, in: self.place, known: allowed)
        }
        try reader.finish()
        return Dictionary(entries.map { ($0.key, self.child($0.value)) }) { first, _ in first }
    }

    func items() throws -> [ScenarioNode] {
        guard case .list(let elements) = self.place.value else { throw self.expected("a list") }
        return elements.map { self.child($0) }
    }

    /// The elements of a list, each read on its own, so that the problems of all are found at once.
    func items<Value>(_ read: (ScenarioNode) throws -> Value) throws -> [Value] {
        var reader = Reader(file: self.file)
        var values: [Value] = []
        for item in try self.items() {
            do {
                values.append(try read(item))
            } catch let error as MockScenarioError {
                reader.add(error)
            }
        }
        try reader.finish()
        return values
    }

    /// The items of a list, or the one thing that stands for a list of one.
    func oneOrMore() throws -> [ScenarioNode] {
        if case .list = self.place.value { try self.items() } else { [self] }
    }

    var isMapping: Bool { if case .mapping = self.place.value { true } else { false } }

    // Scalars

    private func scalar(_ words: String) throws -> Located.Scalar {
        guard case .scalar(let scalar) = self.place.value else { throw self.expected(words) }
        return scalar
    }

    private func value<Value>(_ words: String, _ parse: (Located.Scalar) -> Value?) throws -> Value {
        guard let value = parse(try self.scalar(words)) else { throw self.expected(words) }
        return value
    }

    func string() throws -> String { try self.scalar("text").text }

    func integer(in range: ClosedRange<Int>) throws -> Int {
        try self.value("a whole number from \(range.lowerBound) to \(range.upperBound)") { scalar in
            scalar.integer.flatMap { range.contains($0) ? $0 : nil }
        }
    }

    func number(in range: ClosedRange<Double>) throws -> Double {
        try self.value("a number from \(range.lowerBound) to \(range.upperBound)") { scalar in
            scalar.number.flatMap { range.contains($0) ? $0 : nil }
        }
    }

    func boolean() throws -> Bool { try self.value("true or false") { $0.boolean } }

    /// One of the values of an enumeration whose raw values are the words of the file.
    func choice<Value: RawRepresentable & CaseIterable>(_ type: Value.Type = Value.self) throws -> Value
    where Value.RawValue == String {
        let scalar = try self.scalar("one word")
        guard let value = Value(rawValue: scalar.text) else {
            throw self.error { $0.unknownWord(scalar, at: self.place, known: Value.allCases.map(\.rawValue)) }
        }
        return value
    }

    /// A number with a unit: `us`, `ms`, `s`, `m` or `h`; at most a day.
    func duration() throws -> Duration {
        try self.value("a time of at most a day, such as 50ms, 2s or 1m") { Self.duration($0.text) }
    }

    private static func duration(_ text: String) -> Duration? {
        let number = text.prefix { $0.isNumber || $0 == "." }
        let units: [String: Duration] = [
            "us": .microseconds(1), "ms": .milliseconds(1), "s": .seconds(1), "m": .seconds(60), "h": .seconds(3_600),
        ]
        if text == "0" { return .zero }
        guard let unit = units[String(text.dropFirst(number.count)).trimmed()], let value = Double(number),
            value <= .seconds(86_400) / unit
        else { return nil }
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

    /// YAML as JSON. A plain scalar is a number, a boolean or null if it looks like one; text may hold placeholders.
    func json() throws -> JSONTemplate {
        switch self.place.value {
        case .scalar(let scalar):
            if case .string = scalar.json { return .text(try self.template()) }
            return .value(scalar.json)
        case .list:
            return .array(try self.items().map { try $0.json() })
        case .mapping:
            return .object(try self.members().map { .init(key: $0.key, value: try $0.value.json()) })
        case .null: return .value(.null)
        case .unreadable: throw self.expected("a value")
        }
    }
}
