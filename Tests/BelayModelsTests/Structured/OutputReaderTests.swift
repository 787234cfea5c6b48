import BelayCore
import BelayJSON
import Testing

@testable import BelayModels

struct OutputReaderTests {
    private static let schema: JSON = [
        "type": "object", "properties": ["table": ["type": "integer"], "dish": ["type": "string"]],
        "required": ["table", "dish"], "additionalProperties": false,
    ]

    private func read(
        _ text: String, stop: StopReason = .endTurn, schema: JSON = OutputReaderTests.schema
    ) throws -> OutputReader.Reading {
        let answer = ModelAnswer(content: [.text(text)], stopReason: stop, usage: Usage(output: 1), model: "m")
        return try OutputReader(schema: schema).read(answer)
    }

    @Test func whatIsValidIsTakenAsItIs() throws {
        let reading = try self.read(#"{"table": 4, "dish": "tea"}"#)
        #expect(reading == .value(["table": 4, "dish": "tea"], repairs: []))
    }

    @Test(arguments: [
        "```json\n{\"table\": 4, \"dish\": \"tea\"}\n```", "Here you are: {\"table\": 4, \"dish\": \"tea\"}",
        "{'table': 4, 'dish': 'tea'}", "{\"table\": 4, \"dish\": \"tea\",}", "{table: 4 \"dish\": \"tea\"}",
    ])
    func damageToTheFormIsMended(text: String) throws {
        guard case .value(let value, let repairs) = try self.read(text) else {
            Issue.record("\(try self.read(text))")
            return
        }
        #expect(value == ["table": 4, "dish": "tea"] && !repairs.isEmpty)
    }

    @Test(arguments: [
        #"{"table": 4, "dish": "te"#, #"{"table": 4, "dish": "tea""#, #"{"table": 4, "dish":"#, #"{"table": 4"#,
        "```json\n{\"table\": 4, \"dish\": \"tea\"",
    ])
    func whatEndsTooEarlyIsNoValue(text: String) throws {
        for stop in [StopReason.endTurn, .maxTokens] {
            guard case .invalid(let problems, _) = try self.read(text, stop: stop) else {
                Issue.record("\(text) was taken for a value")
                return
            }
            #expect(problems.count == 1)
        }
    }

    /// Every beginning of a valid text, as a limit of output tokens leaves it.
    @Test func noBeginningOfAValueIsAValue() throws {
        let whole = #"{"table": 42, "dish": "green tea"}"#
        let open: JSON = ["type": "object", "properties": ["table": ["type": "integer"], "dish": ["type": "string"]]]
        for length in 0..<whole.count {
            for stop in [StopReason.endTurn, .maxTokens] {
                let reading = try self.read(String(whole.prefix(length)), stop: stop, schema: open)
                if case .value(let value, _) = reading { Issue.record("\(length) characters became \(value)") }
            }
        }
        #expect(try self.read(whole, stop: .maxTokens) == .value(["table": 42, "dish": "green tea"], repairs: []))
        #expect(try self.read("12", stop: .maxTokens, schema: ["type": "integer"]) != .value(12, repairs: []))
        #expect(try self.read("12", schema: ["type": "integer"]) == .value(12, repairs: []))
    }

    @Test(arguments: ["", "  \n", "{}", "null", "\"\"", "\" \""])
    func whatIsEmptyIsNoValue(text: String) throws {
        let anything: JSON = ["properties": ["dish": ["type": "string"]]]
        guard case .invalid = try self.read(text, schema: anything) else {
            Issue.record("\(text) was taken for a value")
            return
        }
    }

    @Test func anEmptyListOrAnyObjectMayBeMeant() throws {
        #expect(try self.read("[]", schema: ["type": "array"]) == .value([], repairs: []))
        #expect(try self.read("{}", schema: ["type": "object"]) == .value([:], repairs: []))
    }

    @Test func aRefusalIsNoDamage() throws {
        #expect(try self.read("I can't help with that.", stop: .refused) == .refused)
    }

    @Test func everythingThatTheSchemaFindsIsTold() throws {
        guard case .invalid(let problems, _) = try self.read(#"{"table": "four", "cup": 1}"#) else {
            Issue.record("it is not valid")
            return
        }
        #expect(problems.count == 3, "\(problems)")
    }
}
