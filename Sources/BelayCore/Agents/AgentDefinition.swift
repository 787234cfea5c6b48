import BelayJSON

/// An agent without its code: what an immutable version of it consists of.
public struct AgentDefinition: Sendable, Hashable {
    /// 1 to 64 letters, digits, `_` and `-`.
    public var name: String
    public var version: String
    /// The agent's part of the system prompt. Never built from user data.
    public var instructions: String
    /// The route its model calls take.
    public var route: String
    /// Names of its tools, in the order the model sees them.
    public var tools: [String]
    public var limits: ExecutionLimits
    /// Whether the agent first makes a plan and keeps it up to date.
    public var plans: Bool
    /// Whether the agent may ask the user a question and wait for the answer.
    public var asksUser: Bool
    /// Whether the agent, or the runtime in its place, may hand the task to a person.
    public var handsOff: Bool
    /// How long a person or the user is waited for before the default is taken. Default 24 h.
    public var waitExpiry: Duration
    /// Whether its final answers are held against what its tools did. Default `check`.
    public var honesty: HonestyPolicy
    /// When what was said longer ago is summed up.
    public var compaction: CompactionPolicy
    /// Those of its tools that change something, as they were declared. The runtime fills it in.
    package var changingTools: [String] = []

    public init(
        name: String, version: String, instructions: String, route: String = "default", tools: [String] = [],
        limits: ExecutionLimits = .default, plans: Bool = false, asksUser: Bool = true, handsOff: Bool = true,
        waitExpiry: Duration = .seconds(24 * 3_600), honesty: HonestyPolicy = .check,
        compaction: CompactionPolicy = CompactionPolicy()
    ) {
        self.name = name
        self.version = version
        self.instructions = instructions
        self.route = route
        self.tools = tools
        self.limits = limits
        self.plans = plans
        self.asksUser = asksUser
        self.handsOff = handsOff
        self.waitExpiry = waitExpiry
        self.honesty = honesty
        self.compaction = compaction
    }
}
