import BelayCore

/// Why a request to an MCP server has no result.
enum MCPFailure: Error, Sendable, Hashable {
    /// It doesn't run: the request was not sent.
    case notRunning(reason: String)
    /// It has too many open requests: the request was not sent.
    case busy
    /// The connection ended after the request was handed over.
    case closed(reason: String)
    /// The connection was given up because a line was too long. Perhaps it was the answer.
    case answerTooLong(limit: Int)
    case refused(JSONRPCError)
    /// The answer is not what the protocol says.
    case malformed(String)

    /// What a caller of a tool is told.
    func toolFailure(server: String) -> ToolFailure {
        switch self {
        case .notRunning(let reason):
            ToolFailure(.unavailable, "The MCP server \(server) is not running: \(reason).")
        case .busy:
            ToolFailure(.unavailable, "The MCP server \(server) has too many open calls.")
        case .closed(let reason):
            ToolFailure(
                .unavailable, "The MCP server \(server) ended before it answered: \(reason).", mayHaveHappened: true)
        case .answerTooLong(let limit):
            ToolFailure(
                .invalidOutput, "The MCP server \(server) sent a line of more than \(limit >> 20) MiB.",
                mayHaveHappened: true)
        case .refused(let error):
            ToolFailure(
                .rejected, "The MCP server \(server) refused: \(error.message) (code \(error.code)).",
                mayHaveHappened: !error.saysNothingHappened)
        case .malformed(let reason):
            ToolFailure(
                .invalidOutput, "The MCP server \(server) answered against the protocol: \(reason).",
                mayHaveHappened: true)
        }
    }
}

/// An MCP server that can't be used, for the person who configures it.
public struct MCPServerError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The server's name in the configuration.
    public var server: String
    /// What went wrong; with the last of what it wrote to its standard error, where that may help.
    public var reason: String

    public init(server: String, reason: String) {
        self.server = server
        self.reason = reason
    }

    public var description: String { "MCP server \"\(self.server)\": \(self.reason)" }
}
