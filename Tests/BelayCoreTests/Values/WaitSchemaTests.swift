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
}
