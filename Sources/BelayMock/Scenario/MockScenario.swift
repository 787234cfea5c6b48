/// How the simulated provider behaves: its models, what it answers, how fast, and what goes wrong.
///
/// Read from YAML; `docs/mock.md` describes the format. Without rules it repeats what it hears, fills in the schema of
/// structured output, and calls a tool if the request demands one.
public struct MockScenario: Sendable {
    struct Model: Sendable, Equatable {
        var name: String
        var latency = Latency()
        /// Input beyond this many tokens is refused; nil for no limit.
        var contextTokens: Int?
    }

    /// Empty to accept any name.
    var models: [Model] = []
    var rules: [Rule] = []
    /// When no rule applies.
    var reply: Reply?
    var latency = Latency()
    var faults: [Fault] = []
    var faultsPercent = 0.0
    var seed: UInt64 = 1
    /// Further headers of whatever is sent.
    var headers: [(name: String, value: String)] = []

    /// A provider without rules, delays or faults.
    public init() {}

    /// Reads a scenario.
    ///
    /// - Parameters:
    ///   - yaml: The document; an empty one is a scenario without rules.
    ///   - file: The name to use in errors.
    /// - Throws: `MockScenarioError` for the first thing that is wrong: no YAML, an unknown key, a wrong type, a value out of
    ///   range, a placeholder that cannot have a value, a fault without what it needs.
    public init(yaml: String, file: String) throws {
        guard let root = try ScenarioNode.root(of: yaml, file: file) else { return }
        self = try ScenarioReader.scenario(root)
    }

    func model(named name: String) -> Model? { self.models.first { $0.name == name } }
}
