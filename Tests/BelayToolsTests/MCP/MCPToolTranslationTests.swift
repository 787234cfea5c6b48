import BelayCore
import BelayJSON
import Testing

@testable import BelayTools

struct MCPToolTranslationTests {
    @Test func joinsTextsAndNamesWhatIsNone() throws {
        let result = try MCPToolResult([
            "content": [
                ["type": "text", "text": "one"], ["type": "image", "mimeType": "image/png", "data": "AAAA"],
                ["type": "resource", "resource": ["uri": "file:///a", "text": "two"]],
                ["type": "resource_link", "uri": "file:///b"],
            ]
        ])
        #expect(
            try result.output() == """
                one
                [content of kind image (image/png) that is not shown]
                two
                [a link to a resource: file:///b]
                """)
    }

    @Test func prefersStructuredContent() throws {
        let result = try MCPToolResult([
            "content": [["type": "text", "text": "sunny"]], "structuredContent": ["sky": "clear"],
        ])
        #expect(try result.output() == #"{"sky":"clear"}"#)
    }

    @Test func structuredContentThatIsNullIsNone() throws {
        let result = try MCPToolResult(["content": [["type": "text", "text": "sunny"]], "structuredContent": nil])
        #expect(try result.output() == "sunny")
        #expect(throws: MCPFailure.malformed("a tool's result has no content")) {
            try MCPToolResult(["structuredContent": nil])
        }
    }

    @Test func anErrorIsARejectionInTheToolsOwnWords() throws {
        let result = try MCPToolResult(["content": [["type": "text", "text": "no such zone"]], "isError": true])
        #expect(throws: ToolFailure(.rejected, "no such zone")) { try result.output() }
    }

    @Test func aResultWithoutContentIsAgainstTheProtocol() {
        #expect(throws: MCPFailure.malformed("a tool's result has no content")) { try MCPToolResult(["ok": true]) }
    }

    @Test func annotationsGrantNothing() throws {
        let listing = try MCPToolListing([
            "name": "files.delete", "inputSchema": ["type": "object"],
            "annotations": ["readOnlyHint": true, "idempotentHint": true],
        ])
        let descriptor = listing.descriptor(prefix: "fs_", rules: ToolRules())
        #expect(descriptor.name == "fs_files_delete")
        #expect(descriptor.effect == .once)
        #expect(descriptor.inDoubt == .person)
    }

    @Test func aToolNeedsANameAndASchema() {
        #expect(throws: MCPFailure.self) { try MCPToolListing(["inputSchema": ["type": "object"]]) }
        #expect(throws: MCPFailure.self) { try MCPToolListing(["name": "a"]) }
    }
}
