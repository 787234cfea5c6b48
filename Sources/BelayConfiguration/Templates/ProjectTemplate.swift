/// The files of a new project, as `belay init` writes them. It works at once against `belay mock`, without any key.
public struct ProjectTemplate: Sendable, Hashable {
    public struct File: Sendable, Hashable {
        /// Relative to the project's folder, with `/` between folders.
        public var path: String
        public var content: String

        public init(path: String, content: String) {
            self.path = path
            self.content = content
        }
    }

    /// In the order in which a reader wants to see them.
    public var files: [File]

    /// An assistant without tools, a simulated model for it, and what to change to make it one's own.
    public static let assistant = ProjectTemplate(files: [
        File(path: "belay.yaml", content: Self.configuration),
        File(path: "prompts/assistant.md", content: Self.instructions),
        File(path: "scenario.yaml", content: Self.scenario),
        File(path: ".env.example", content: Self.environment),
        File(path: ".gitignore", content: Self.ignored),
        File(path: "README.md", content: Self.readme),
    ])
}
