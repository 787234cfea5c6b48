import BelayJSON
import Testing

@testable import BelayIngress

struct SchemaMemoryTests {
    private func schema(_ number: Int) -> JSON { ["type": "object", "title": .string("\(number)")] }

    @Test func whatIsAskedForStays() {
        var memory = SchemaMemory(capacity: 10)
        for number in 0..<1_000 {
            let isKnown = memory.knows(self.schema(number))
            #expect(!isKnown)
            memory.remember(self.schema(number))
            let areKnown = [0, number].map { memory.knows(self.schema($0)) }
            #expect(areKnown == [true, true])
            #expect(memory.count <= 10)
        }
        let isKnown = memory.knows(self.schema(1))
        #expect(!isKnown)
    }

    @Test func whatIsLargeIsNotKept() {
        var memory = SchemaMemory(capacity: 10)
        let long = String(repeating: "x", count: SchemaMemory.largest)
        let many = (0..<SchemaMemory.largest / 16).map { JSON($0) }
        for large: JSON in [["title": .string(long)], ["enum": .array(many)], .object([long: 1])] {
            memory.remember(large)
            let isKnown = memory.knows(large)
            #expect(!isKnown)
        }
    }

    @Test func whatIsWrongIsWrongEachTime() throws {
        let schemas = RememberedSchemas()
        let good = self.schema(1)
        for _ in 0..<3 {
            try schemas.check(good)
            #expect(throws: JSONSchema.Invalid.self) { try schemas.check(["type": "objec"]) }
        }
    }

    @Test(arguments: IngressProtocol.allCases) func readersAskForEverySchema(wire: IngressProtocol) throws {
        struct Refusing: SchemaChecking {
            func check(_ schema: JSON) throws(JSONSchema.Invalid) {
                _ = try JSONSchema(["type": "objec"])
            }
        }
        let tool: JSON =
            switch wire {
            case .chatCompletions:
                ["type": "function", "function": ["name": "f", "parameters": ["type": "object"]]]
            case .messages: ["name": "f", "input_schema": ["type": "object"]]
            case .responses: ["type": "function", "name": "f", "parameters": ["type": "object"]]
            }
        let body = wire.minimal(with: "tools", [tool]).bytes()
        let problem = #expect(throws: IngressProblem.self) { try wire.read(body, schemas: Refusing()) }
        #expect(problem?.message.contains("at /type") == true)
        _ = try wire.read(body, schemas: RememberedSchemas())
    }
}
