import BelayCore
import BelayJSON
import Testing

struct WaitSchemaTests {
    @Test(
        arguments: [
            (WaitSchema.approval, ["decision": "approve"], true), (WaitSchema.approval, ["decision": "maybe"], false),
            (WaitSchema.approval, ["decision": "edit"], false), (WaitSchema.approval, [:], false),
            (WaitSchema.approval, ["decision": "edit", "arguments": ["amount": 1]], true),
            (WaitSchema.approval, ["decision": "edit", "arguments": "all"], false),
            (WaitSchema.approval, ["decision": "reject", "reason": "no"], true),
            (WaitSchema.approval, ["decision": "approve", "extra": 1], false),
            (WaitSchema.input, ["text": "A-7"], true), (WaitSchema.input, ["text": ""], false),
            (WaitSchema.input, "A-7", false), (WaitSchema.handoff, ["action": "answer", "text": "x"], true),
            (WaitSchema.handoff, ["action": "answer"], false),
            (WaitSchema.handoff, ["action": "run", "text": "x"], false),
            (WaitSchema.resolution, ["resolution": "happened", "output": "x"], true),
            (WaitSchema.resolution, ["resolution": "repeatable"], false),
        ] as [(JSON, JSON, Bool)])
    func takesWhatItSaysAndNothingElse(schema: JSON, answer: JSON, isValid: Bool) throws {
        #expect(try JSONSchema(schema).validate(answer).isEmpty == isValid, "\(answer.serialized())")
    }

    /// A tool's schema with a reference of its own, in both drafts.
    @Test(arguments: [nil, "https://json-schema.org/draft/2020-12/schema", "http://json-schema.org/draft-07/schema#"])
    func editedArgumentsFitTheTool(draft: String?) throws {
        var parameters: JSON = [
            "type": "object", "properties": ["amount": ["$ref": "#/definitions/amount"]], "required": ["amount"],
            "definitions": ["amount": ["type": "integer", "maximum": 100]],
        ]
        parameters["$schema"] = draft.map { .string($0) }
        let schema = try JSONSchema(WaitSchema.approval(ofArguments: parameters))
        #expect(schema.validate(["decision": "edit", "arguments": ["amount": 20]]).isEmpty)
        #expect(schema.validate(["decision": "approve"]).isEmpty)
        #expect(
            schema.validate(["decision": "edit", "arguments": ["amount": 200]]).first?.instancePath
                == "/arguments/amount")
        #expect(!schema.validate(["decision": "edit", "arguments": [:]]).isEmpty)
    }

    @Test(arguments: [["type": "object", "$ref": "https://example.org/unknown"], true, ["type": 7]] as [JSON])
    func aSchemaThatCannotStandInsideAnotherIsLeftOut(parameters: JSON) {
        #expect(WaitSchema.approval(ofArguments: parameters) == WaitSchema.approval)
    }
}
