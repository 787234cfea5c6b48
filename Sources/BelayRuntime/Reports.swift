import BelayCore
import BelayTools
import Logging

extension ToolReport {
    /// Writes what an operator should see: circuits and handlers that hang. What single calls come to is in the journals.
    func log(to logger: Logger) {
        switch self {
        case .circuitChanged(let tool, let agent, _, let to):
            logger.log(
                level: to == .open ? .warning : .notice, "a tool's circuit is \(to.rawValue) now",
                metadata: ["tool": "\(tool)", "agent": "\(agent ?? "any")"])
        case .abandoned(let tool):
            logger.warning("a tool ignores its cancellation and was abandoned", metadata: ["tool": "\(tool)"])
        case .ended(let tool): logger.notice("an abandoned tool call ended", metadata: ["tool": "\(tool)"])
        case .costAnomaly(let tool, let anomaly):
            logger.warning(
                "what a tool told of its cost is not as it should be",
                metadata: ["tool": "\(tool)", "anomaly": "\(anomaly.rawValue)"])
        case .refused, .called, .succeeded, .failed, .truncated: break
        }
    }
}

extension MCPReport {
    /// Writes what an operator should see of a server.
    func log(to logger: Logger) {
        switch self {
        case .ready(let server, let peer, let revision):
            logger.info(
                "an MCP server is ready",
                metadata: ["server": "\(server)", "peer": "\(peer)", "revision": "\(revision)"])
        case .ended(let server, let reason, let lastWords):
            logger.warning(
                "an MCP server ended",
                metadata: ["server": "\(server)", "reason": "\(reason)", "standard_error": "\(lastWords)"])
        case .restarting(let server, let wait):
            logger.notice(
                "an MCP server is started again", metadata: ["server": "\(server)", "after": "\(wait)"])
        case .toolsChanged(let server):
            logger.notice(
                "an MCP server has other tools now; the ones taken from it stay until the restart",
                metadata: ["server": "\(server)"])
        }
    }
}

extension ExecutionHead {
    /// Writes how an execution ended: nothing that a person or a model said.
    func log(to logger: Logger) {
        logger.info(
            "an execution ended",
            metadata: [
                "execution": "\(self.id)", "agent": "\(self.agent)", "state": "\(self.state.rawValue)",
                "reason": "\(self.reason?.rawValue ?? "none")", "steps": "\(self.steps)",
                "tool_calls": "\(self.toolCalls)", "cost": "\(self.cost)",
                "cost_is_lower_bound": "\(self.hasUnknownCost)",
                "duration_ms": "\(self.started.duration(to: self.ended ?? self.updated).milliseconds)",
            ])
    }
}
