import BelayCore

extension Configuration {
    /// A program that serves tools by the Model Context Protocol over its standard input and output.
    public struct MCPServer: Sendable, Hashable {
        /// The program and its arguments.
        public var command: [String]
        /// All that the program sees of the environment, apart from `PATH` and `HOME`.
        public var env: [String: Secret]
        /// Names of the tools to take; nil takes all.
        public var tools: [String]?
        /// Put before each tool's name. Default empty.
        public var prefix: String

        public init(command: [String], env: [String: Secret] = [:], tools: [String]? = nil, prefix: String = "") {
            self.command = command
            self.env = env
            self.tools = tools
            self.prefix = prefix
        }

        static let section = Section<MCPServer>(
            "A program that serves tools by the Model Context Protocol over its standard input and output. It is "
                + "started with the runtime and stopped with it.",
            make: { MCPServer(command: []) },
            keys: [
                Key(
                    "command", \.command,
                    .list(of: .nonEmptyText, named: "list of texts", maximum: 256).checked {
                        $0.isEmpty ? "the command names no program" : nil
                    }, required: true,
                    "The program and its arguments. No shell reads them. Arguments are visible to every user of the "
                        + "machine and in `belay config print`; give secrets in `env`."
                ),
                Key(
                    "env", \.env, .mapping(of: .secret, named: "mapping of names to texts", maximum: 256),
                    "The environment of the program, apart from `PATH` and `HOME`, which it gets from this process: "
                        + "it sees no other variable."
                ),
                Key(
                    "tools", optional: \.tools, .list(of: .nonEmptyText, named: "list of names", maximum: 256),
                    default: "all", "The tools to take from it."),
                Key(
                    "prefix", \.prefix, .text,
                    "Put before the name of each tool, so that two servers can have tools of the same name."),
            ])
    }
}
