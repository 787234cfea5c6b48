import BelayCore
import BelayJSON
import Testing

@testable import BelayTools

struct ToolRegistryTests {
    private func refusal(_ change: (inout ToolDescriptor) -> Void) -> String? {
        var descriptor = ToolDescriptor.refund()
        change(&descriptor)
        do {
            try ToolRegistry().register([Tool(descriptor: descriptor, handler: ScriptedHandler())])
            return nil
        } catch {
            return error.description
        }
    }

    @Test func acceptsASoundToolAndDescribesItToTheModel() throws {
        let registry = ToolRegistry()
        try registry.register([Tool(descriptor: .refund(), handler: ScriptedHandler())])
        let definitions = registry.pipeline(naming: ["missing", "create_refund"]).definitions
        #expect(definitions.map(\.name) == ["create_refund"])
        #expect(definitions.first?.parameters["required"] == ["order"])
    }

    @Test(arguments: ["", "refund order", "refund.order", "größe", String(repeating: "a", count: 65)])
    func refusesANameThatAProviderWouldRefuse(name: String) {
        let refusal = self.refusal { $0.name = name }
        #expect(refusal?.contains("1 to 64 letters") == true)
    }

    @Test func acceptsANameOf64Characters() {
        #expect(self.refusal { $0.name = String(repeating: "a", count: 64) } == nil)
    }

    @Test func refusesParametersThatAreNoObject() {
        #expect(self.refusal { $0.parameters = ["type": "array"] }?.contains("\"type\": \"object\"") == true)
        #expect(self.refusal { $0.parameters = true }?.contains("\"type\": \"object\"") == true)
    }

    @Test func saysWhereASchemaIsWrong() {
        let parameters = self.refusal {
            $0.parameters = ["type": "object", "properties": ["order": ["type": "strin"]]]
        }
        #expect(parameters?.contains("/properties/order") == true)
        #expect(parameters?.hasPrefix("tool \"create_refund\": the schema of its parameters") == true)
        #expect(self.refusal { $0.output = ["minimum": "low"] }?.contains("the schema of its output") == true)
    }

    @Test func refusesTwoToolsOfOneName() {
        let tool = Tool(descriptor: .refund(), handler: ScriptedHandler())
        #expect(throws: ToolRegistrationError.self) { try ToolRegistry().register([tool, tool]) }
    }

    @Test func refusesNumbersThatMakeNoSense() {
        #expect(self.refusal { $0.timeout = .zero }?.contains("timeout") == true)
        #expect(self.refusal { $0.callsPerMinute = 0 }?.contains("callsPerMinute") == true)
        #expect(self.refusal { $0.maxOutputCharacters = 10 }?.contains("maxOutputCharacters") == true)
        #expect(self.refusal { $0.approvalExpiry = .zero }?.contains("approval") == true)
    }

    @Test func refusesAnApprovalRuleAboutAnArgumentThatDoesNotExist() {
        let refusal = self.refusal { $0.approval = .above(argument: "ammount", limit: 50) }
        #expect(refusal?.contains("\"ammount\", but its arguments are: order, amount") == true)
        #expect(self.refusal { $0.approval = .above(argument: "amount", limit: 50) } == nil)
    }
}
