import BelayCore
import BelayJSON
import Testing

@testable import BelayTools

struct URLTemplateTests {
    private func url(_ template: String, _ arguments: JSON) throws -> String {
        try URLTemplate(template).filled(from: ArgumentValues(arguments: arguments, idempotencyKey: "k/1"))
    }

    @Test(arguments: [
        ("A-1", "A-1"), ("a/b", "a%2Fb"), ("../admin", "..%2Fadmin"), ("a?b=c", "a%3Fb%3Dc"), ("a#b", "a%23b"),
        ("a b", "a%20b"), ("ä", "%C3%A4"), ("%2e%2e", "%252e%252e"), ("a\\b", "a%5Cb"), ("x\r\ny", "x%0D%0Ay"),
        ("@evil.example", "%40evil.example"), ("a;b", "a%3Bb"),
    ])
    func anArgumentStaysInsideItsSegment(value: String, encoded: String) throws {
        let url = try self.url("http://shop.example:8733/orders/{order}/lines", ["order": .string(value)])
        #expect(url == "http://shop.example:8733/orders/\(encoded)/lines")
    }

    @Test(arguments: ["", ".", ".."])
    func aSegmentThatWouldChangeThePathIsRefused(value: String) throws {
        let failure = #expect(throws: ToolFailure.self) {
            try self.url("http://shop.example/orders/{order}", ["order": .string(value)])
        }
        #expect(failure?.kind == .invalidArguments)
        #expect(failure?.mayHaveHappened == false)
    }

    @Test func twoArgumentsCannotMakeADotSegmentTogether() {
        #expect(throws: ToolFailure.self) { try self.url("http://h/{a}{b}", ["a": ".", "b": "."]) }
    }

    @Test func aMissingArgumentIsNamed() {
        let failure = #expect(throws: ToolFailure.self) { try self.url("http://h/orders/{order}", [:]) }
        #expect(failure?.message == "The call needs order, which is a part of the URL.")
    }

    @Test func numbersAndTheKeyHaveTheirOwnForms() throws {
        #expect(
            try self.url("https://h/{n}/{b}/{idempotency_key}", ["n": 1.50, "b": true]) == "https://h/1.5/true/k%2F1")
    }

    @Test func aPathOfNothingIsLeftAlone() throws {
        #expect(try self.url("http://h", [:]) == "http://h")
        #expect(try self.url("http://h/", [:]) == "http://h/")
    }

    @Test(arguments: [
        ("shop/orders", "http://"), ("http:///orders", "no host"), ("http://{host}/x", "who is called"),
        ("http://h:{port}/x", "who is called"), ("http://u:p@h/x", "Authorization"), ("http://h/a b", "ASCII"),
        ("http://h/x#y", "fragment"), ("http://h/x?{name}=1", "placeholder in the name"),
        ("file:///etc/passwd", "http://"),
    ])
    func aTemplateThatIsNoneSaysWhy(template: String, reason: String) {
        do {
            _ = try URLTemplate(template)
            Issue.record("\(template) was accepted")
        } catch {
            #expect(error.reason.contains(reason))
        }
    }
}
