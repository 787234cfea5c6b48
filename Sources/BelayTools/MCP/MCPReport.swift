/// What happens to an MCP server, for logs and alerts.
public enum MCPReport: Sendable, Hashable {
    /// It answered the handshake. `revision` is the protocol's that is spoken.
    case ready(server: String, peer: String, revision: String)
    /// It ended, or never came up. `lastWords` is the end of its standard error, at most 4 KiB.
    case ended(server: String, reason: String, lastWords: String)
    case restarting(server: String, after: Duration)
    /// It says that its list of tools is another one now. The tools that were taken from it stay as they are.
    case toolsChanged(server: String)

    public var server: String {
        switch self {
        case .ready(let server, _, _), .ended(let server, _, _), .restarting(let server, _), .toolsChanged(let server):
            server
        }
    }
}
