import BelayCore

/// An MCP server that speaks over its standard input and output: how it is started and what may be used of it.
public struct MCPServerSpecification: Sendable, Hashable {
    /// For errors and logs.
    public var name: String
    /// The program, looked up in `PATH` unless it has a slash, and its arguments. At least one.
    public var command: [String]
    /// All that the server sees of the environment, but `PATH` and `HOME`, which are this process's own unless set
    /// here.
    public var environment: [String: Secret]
    /// nil is this process's own.
    public var workingDirectory: String?
    /// Which of its tools are used, by the server's names; nil is all.
    public var tools: [String]?
    /// Put before each name, to tell the tools of two servers apart. Default empty.
    public var prefix: String
    /// Apply to each of its tools.
    public var rules: ToolRules
    /// From the start of the process to the end of the handshake. Default 30 s.
    public var startTimeout: Duration

    public init(
        _ name: String, command: [String], environment: [String: Secret] = [:], workingDirectory: String? = nil,
        tools: [String]? = nil, prefix: String = "", rules: ToolRules = ToolRules(),
        startTimeout: Duration = .seconds(30)
    ) {
        self.name = name
        self.command = command
        self.environment = environment
        self.workingDirectory = workingDirectory
        self.tools = tools
        self.prefix = prefix
        self.rules = rules
        self.startTimeout = startTimeout
    }
}
