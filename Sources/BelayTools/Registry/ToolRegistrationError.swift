/// Why a tool can't be registered: thrown at start, never in the middle of an execution.
public struct ToolRegistrationError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The tool's name as it was given.
    public var tool: String
    /// What is wrong with it and what to do.
    public var reason: String

    public init(tool: String, reason: String) {
        self.tool = tool
        self.reason = reason
    }

    public var description: String { "tool \"\(self.tool)\": \(self.reason)" }
}
