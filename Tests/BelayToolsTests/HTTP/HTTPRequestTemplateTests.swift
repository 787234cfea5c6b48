import BelayCore
import BelayHTTP
import BelayJSON
import Testing

@testable import BelayTools

struct HTTPRequestTemplateTests {
    private func request(
        _ request: HTTPToolSpecification.Request, _ arguments: JSON, sendsKey: Bool = false
    ) throws -> HTTPRequest {
        var invocation = ToolInvocation.sample
        invocation.arguments = arguments
        return try HTTPRequestTemplate(request, known: nil).filled(for: invocation, sendsKey: sendsKey)
    }

    private func body(_ request: HTTPRequest) -> String { String(decoding: request.body, as: UTF8.self) }

    @Test func queryValuesAreEncodedAndEntriesWithoutArgumentLeftOut() throws {
        let request = try self.request(
            .init(
                "GET", "http://h/search?sort=date&in={place}",
                query: ["q": "{text}", "page": "{page}", "fixed": "a b"]),
            ["text": "x&admin=1#y", "place": "a&b"])
        #expect(request.url == "http://h/search?sort=date&in=a%26b&fixed=a%20b&q=x%26admin%3D1%23y")
    }

    @Test func aJSONBodyHasTheArgumentsThatStandNowhereElse() throws {
        let request = try self.request(
            .init("POST", "http://h/orders/{order}/refunds", headers: ["X-Reason": "{reason}"]),
            ["order": "A-1", "amount": 20, "reason": "late"], sendsKey: true)
        #expect(self.body(request) == #"{"amount":20}"#)
        #expect(request.headers["content-type"] == "application/json")
        #expect(request.headers["x-reason"] == "late")
        #expect(request.headers["idempotency-key"] == "key-1")
    }

    @Test func aFormBodyIsEncoded() throws {
        let request = try self.request(.init("POST", "http://h/", body: .form), ["a": "x&y=z", "n": 3, "gone": .null])
        #expect(self.body(request) == "a=x%26y%3Dz&n=3")
        #expect(request.headers["content-type"] == "application/x-www-form-urlencoded")
    }

    @Test func aTemplateKeepsTypesAndLeavesMissingMembersOut() throws {
        let template: JSON = [
            "amount": "{amount}", "note": "for {order}", "missing": "{none}", "text": "{ braces }",
            "list": ["{amount}", "{none}"], "key": "{idempotency_key}",
        ]
        let request = try self.request(
            .init("POST", "http://h/", body: .template(template)), ["amount": 12.5, "order": "\",\"admin\":\"1"])
        let body = try JSON.parse(request.body)
        #expect(
            body == [
                "amount": 12.5, "note": "for \",\"admin\":\"1", "text": "{ braces }", "list": [12.5], "key": "key-1",
            ])
    }

    @Test(arguments: ["a\r\nX-Admin: 1", "a\nb", "a\u{0}b", "ä"])
    func aHeaderValueCannotAddAHeader(value: String) {
        let failure = #expect(throws: ToolFailure.self) {
            try self.request(.init("GET", "http://h/", headers: ["X-Name": "{name}"]), ["name": .string(value)])
        }
        #expect(failure?.kind == .invalidArguments)
    }

    @Test func getHasNoBodyAndPostHasOneUnlessSaidOtherwise() {
        #expect(HTTPToolSpecification.Request("GET", "http://h/").body == .none)
        #expect(HTTPToolSpecification.Request("POST", "http://h/").body == .json)
        #expect(HTTPToolSpecification.Request("DELETE", "http://h/").body == .none)
    }

    @Test func whatCannotWorkIsRefusedAtRegistration() {
        func defect(_ request: HTTPToolSpecification.Request) -> String? {
            HTTPToolHandler(
                HTTPToolSpecification(call: request), descriptor: .refund(), transport: ScriptedTransport()
            ).defect
        }
        #expect(defect(.init("GET", "http://h/{order}")) == nil)
        #expect(defect(.init("GET", "http://h/{ordr}")) == "{ordr} is none of its arguments: amount, order")
        #expect(defect(.init("get", "http://h/"))?.contains("no HTTP method") == true)
        for name in ["Host", "Upgrade", "TE", "Trailer", "a b", String(repeating: "x", count: 129)] {
            #expect(defect(.init("GET", "http://h/", headers: [name: "x"]))?.contains("can't be set") == true)
        }
        #expect(
            defect(.init("GET", "http://h/", headers: ["X-A": "a\r\nb: c"]))?.contains("no header may have") == true)
        #expect(defect(.init("POST", "http://h/", body: .template(["a": ["{x}"]])))?.contains("{x}") == true)
    }
}
