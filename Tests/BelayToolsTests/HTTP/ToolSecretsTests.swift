import BelayCore
import Testing

@testable import BelayTools

struct ToolSecretsTests {
    private func shown(_ value: some Any) -> String {
        var dumped = ""
        dump(value, to: &dumped)
        return "\(value) \(String(reflecting: value)) \(dumped)"
    }

    @Test func headersAndQueriesOfHTTPToolsDoNotShow() {
        let token = Secret("hunter2-hunter2")
        let specification = HTTPToolSpecification(
            call: .init("POST", "http://h/", query: ["key": token], headers: ["Authorization": "Bearer \(token)"]))
        #expect(!self.shown(specification).contains("hunter2"))
        #expect(!self.shown(Tool(.refund(), http: specification)).contains("hunter2"))
    }

    @Test func theEnvironmentOfMCPServersDoesNotShow() {
        let specification = MCPServerSpecification("s", command: ["s"], environment: ["TOKEN": "hunter2-hunter2"])
        #expect(!self.shown(specification).contains("hunter2"))
        let handler = MCPToolHandler(server: MCPServer(specification), tool: "t")
        #expect(!self.shown(Tool(descriptor: .refund(), handler: handler)).contains("hunter2"))
    }
}
