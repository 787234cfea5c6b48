import BelayCore
import Testing

@testable import BelayTools

struct ToolPipelineRegistrationTests {
    private func tool(_ name: String, description: String = "Does it") -> Tool {
        var descriptor = ToolDescriptor.refund()
        descriptor.name = name
        descriptor.description = description
        return Tool(descriptor: descriptor, handler: ScriptedHandler())
    }

    @Test func takesToolsWhileItIsInUse() async throws {
        let pipeline = ToolPipeline()
        #expect(await pipeline.execute("late", .sample).failure?.kind == .unknownTool)
        try pipeline.register([self.tool("late")])
        #expect(await pipeline.execute("late", .sample).output == "ok")
        #expect(pipeline.descriptor(of: "late")?.effect == .once)
    }

    @Test func theSameToolOfTwoAgentsIsOne() throws {
        let pipeline = ToolPipeline()
        try pipeline.register([self.tool("shared")])
        try pipeline.register([self.tool("shared"), self.tool("own")])
        #expect(pipeline.registry.names == ["own", "shared"])
    }

    @Test func twoToolsOfOneNameAreRefusedAndNothingIsAdded() throws {
        let pipeline = ToolPipeline()
        try pipeline.register([self.tool("shared")])
        #expect(throws: ToolRegistrationError.self) {
            try pipeline.register([self.tool("new"), self.tool("shared", description: "Does something else")])
        }
        #expect(pipeline.registry.names == ["shared"])
    }
}
