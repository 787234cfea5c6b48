import BelayCore

/// An agent with its tools, as a Swift program defines it.
public struct Agent: Sendable {
    public var definition: AgentDefinition
    public var tools: [Tool]

    /// - Parameters:
    ///   - name: 1 to 64 letters, digits, `_` and `-`.
    ///   - version: Names this combination of instructions, tools and settings; change it when you change them.
    ///   - instructions: The agent's part of the system prompt. Never put a user's text in here.
    ///   - tools: What it can do, in the order the model sees it.
    ///   - honesty: Whether an answer that claims what no tool did is held back.
    ///   - compaction: When what was said longer ago is summed up.
    ///   - route: Which models answer; `default` unless configured otherwise.
    public init(
        _ name: String, version: String, instructions: String, tools: [Tool] = [], route: String = "default",
        limits: ExecutionLimits = .default, plans: Bool = false, asksUser: Bool = true, handsOff: Bool = true,
        honesty: HonestyPolicy = .check, compaction: CompactionPolicy = CompactionPolicy()
    ) {
        self.definition = AgentDefinition(
            name: name, version: version, instructions: instructions, route: route, tools: tools.map(\.name),
            limits: limits, plans: plans, asksUser: asksUser, handsOff: handsOff, honesty: honesty,
            compaction: compaction)
        self.tools = tools
    }
}
