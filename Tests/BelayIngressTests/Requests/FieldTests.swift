import BelayJSON
import Testing

@testable import BelayIngress

struct FieldTests {
    private let body = Field(
        json: ["text": "a", "number": 2.5, "list": [1, ["deep": true]], "nothing": nil], path: .body)

    private func problem(_ read: () throws(IngressProblem) -> Void) -> IngressProblem? {
        do throws(IngressProblem) {
            try read()
            return nil
        } catch {
            return error
        }
    }

    @Test func pathsAreWrittenInBothVendorsForms() throws {
        let list = try #require(self.body["list"])
        let deep = try #require(try list.items().last?["deep"])
        #expect(deep.path.bracketed == "list[1].deep")
        #expect(deep.path.dotted == "list.1.deep")
        #expect(self.body.path.bracketed.isEmpty)
    }

    @Test func nullIsTheSameAsAbsent() {
        #expect(self.body["nothing"] == nil)
        #expect(self.body["absent"] == nil)
    }

    @Test func whatIsWrongIsSaidWithItsKind() throws {
        let text = try #require(self.body["text"])
        let number = try #require(self.body["number"])
        let missing = self.problem { () throws(IngressProblem) in _ = try self.body.required("absent") }
        #expect(missing?.kind == .missing)
        #expect(missing?.path == ParameterPath("absent"))
        let integer = self.problem { () throws(IngressProblem) in _ = try number.int(atLeast: 0) }
        #expect(integer?.kind == .wrongType)
        #expect(integer?.message == "expected an integer, but got a number.")
        #expect(self.problem { () throws(IngressProblem) in _ = try number.number(in: 0...2) }?.kind == .tooLarge)
        #expect(self.problem { () throws(IngressProblem) in _ = try number.number(in: 3...4) }?.kind == .tooSmall)
        #expect(self.problem { () throws(IngressProblem) in _ = try text.bool() }?.kind == .wrongType)
        let word = self.problem { () throws(IngressProblem) in _ = try text.word(of: ["b", "c"]) }
        #expect(word?.message == "'a' is not supported. Supported are: 'b', 'c'.")
        let unknown = self.problem { () throws(IngressProblem) in try self.body.allow(only: ["text", "number"]) }
        #expect(unknown?.path == ParameterPath("list"))
    }

    @Test func aNumberThatIsTooLargeIsNotOfAnotherType() throws {
        let body = try JSON.parse(#"{"max_tokens": 1\#(String(repeating: "0", count: 30)), "temperature": 1e999}"#)
        let field = Field(json: body, path: .body)
        let tokens = self.problem { () throws(IngressProblem) in
            _ = try field.required("max_tokens").int(atLeast: 1)
        }
        #expect(tokens?.kind == .badValue && tokens?.message == "expected an integer of 64 bits.")
        let temperature = self.problem { () throws(IngressProblem) in
            _ = try field.required("temperature").number(in: 0...2)
        }
        #expect(temperature?.kind == .badValue && temperature?.path == ParameterPath("temperature"))
    }
}
