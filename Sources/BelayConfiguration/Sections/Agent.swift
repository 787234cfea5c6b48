import BelayCore

extension Configuration {
    /// An agent. Exactly one of `instructions` and `instructionsFile` was given; the text is in `instructions`.
    public struct Agent: Sendable, Hashable {
        /// 1 to 64 letters, digits, `_` and `-`.
        public var name: String
        /// Default `1`.
        public var version: String
        /// The text for the model, whether it stood in the file or in a file of its own.
        public var instructions: String
        /// Where the instructions were read from, relative to the configuration's folder; nil if they stood in the file.
        public var instructionsFile: String?
        /// The route of its model calls. Default `default`.
        public var route: String
        /// Names of entries of `tools`, in the order in which the model sees them.
        public var tools: [String]
        /// Default false.
        public var plans: Bool
        /// Default true.
        public var asksUser: Bool
        /// Default true.
        public var handsOff: Bool
        /// Default 24 h.
        public var waitExpiry: Duration
        /// Default `check`.
        public var honesty: HonestyPolicy
        public var limits: ExecutionLimits
        public var compaction: CompactionPolicy

        public init(
            name: String, version: String = "1", instructions: String, instructionsFile: String? = nil,
            route: String = "default", tools: [String] = [], plans: Bool = false, asksUser: Bool = true,
            handsOff: Bool = true, waitExpiry: Duration = .seconds(24 * 3_600), honesty: HonestyPolicy = .check,
            limits: ExecutionLimits = .default, compaction: CompactionPolicy = CompactionPolicy()
        ) {
            self.name = name
            self.version = version
            self.instructions = instructions
            self.instructionsFile = instructionsFile
            self.route = route
            self.tools = tools
            self.plans = plans
            self.asksUser = asksUser
            self.handsOff = handsOff
            self.waitExpiry = waitExpiry
            self.honesty = honesty
            self.limits = limits
            self.compaction = compaction
        }

        static let section = Section<Agent>(
            "An agent: instructions, tools, a route to a model, and limits.",
            make: { Agent(name: "", instructions: "") },
            keys: [
                Key(
                    "version", \.version, .nonEmptyText,
                    "A name for this state of the agent. An execution keeps the version that it began with."),
                Key(
                    "instructions", optional: \.ownInstructions, .text,
                    default: "none; one of `instructions` and `instructions_file` is required",
                    "What the model is told about its task. Never put user data in here."),
                Key(
                    "instructions_file", optional: \.instructionsFile, .nonEmptyText,
                    "A text file with the instructions, relative to the folder of `belay.yaml`, at most 256 KiB. "
                        + "`${...}` has no meaning in it."
                ),
                Key("route", \.route, .nonEmptyText, "The route of its model calls."),
                Key(
                    "tools", \.tools, .list(of: .nonEmptyText, named: "list of names", maximum: 128), default: "none",
                    "Names of entries of `tools`, in the order in which the model sees them. The name of an MCP "
                        + "entry brings all its tools."
                ),
                Key("plans", \.plans, .boolean, "Whether the agent makes a plan first and keeps it up to date."),
                Key(
                    "asks_user", \.asksUser, .boolean, "Whether it may ask the user a question and wait for the answer."
                ),
                Key(
                    "hands_off", \.handsOff, .boolean,
                    "Whether it, or the runtime in its place, may hand the task to a person."),
                Key("wait_expiry", \.waitExpiry, .duration(), "How long a person or the user is waited for."),
                Key(
                    "honesty", \.honesty, .word,
                    "`check`: an answer that claims what no tool did goes back to the model once, and then to a person. "
                        + "`off`: answers leave unchecked. English only."),
                Key("limits", \.limits, .section(ExecutionLimits.section), "How far one execution may go."),
                Key(
                    "compaction", \.compaction, .section(CompactionPolicy.section),
                    "When what was said longer ago is summed up, and by whom."),
            ])

        /// The text that stands in `belay.yaml` itself; nil when it came from a file, which is printed in its place.
        private var ownInstructions: String? {
            get { self.instructionsFile == nil ? self.instructions : nil }
            set { self.instructions = newValue ?? self.instructions }
        }
    }
}
