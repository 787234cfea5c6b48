import BelayCore
import BelayJSON

/// A tool of an MCP server.
struct MCPToolHandler: InspectableToolHandler {
    let server: MCPServer
    /// The server's own name of it.
    let tool: String

    var defect: String? { nil }
    // The protocol knows neither.
    var canProbe: Bool { false }
    var canCompensate: Bool { false }

    func call(_ invocation: ToolInvocation) async throws -> String {
        let parameters: JSON = [
            "name": .string(self.tool), "arguments": invocation.arguments,
            "_meta": ["idempotencyKey": .string(invocation.idempotencyKey)],
        ]
        do {
            return try MCPToolResult(try await self.server.request("tools/call", parameters)).output()
        } catch let failure as MCPFailure {
            throw failure.toolFailure(server: self.server.specification.name)
        }
    }
}
