import BelayJSON
import Testing

@testable import BelayTools

struct MCPConversationTests {
    private var conversation = MCPConversation()

    private mutating func receive(_ line: String) -> [MCPConversation.Received] {
        self.conversation.receive(Array(line.utf8))
    }

    @Test mutating func joinsAnswersWithTheirRequests() {
        let first = self.conversation.request("tools/list", parameters: [:])
        let second = self.conversation.request("tools/call", parameters: ["name": "a"])
        #expect(
            first?.message == ["jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": [:]])
        #expect(self.receive(#"{"jsonrpc":"2.0","id":2,"result":{"x":1}}"#) == [.answered(id: 2, .success(["x": 1]))])
        guard
            case .answered(1, .failure(let error))? = self.receive(
                #"{"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"unknown tool"}}"#
            ).first
        else {
            Issue.record("the error was not taken for the answer")
            return
        }
        #expect(error.code == -32602 && error.message == "unknown tool" && error.saysNothingHappened)
        #expect(second?.id == 2)
    }

    @Test mutating func answersPingsAndRefusesEverythingElse() {
        #expect(
            self.receive(#"{"jsonrpc":"2.0","id":"p1","method":"ping"}"#)
                == [.reply(["jsonrpc": "2.0", "id": "p1", "result": [:]])])
        guard
            case .reply(let refusal)? = self.receive(
                #"{"jsonrpc":"2.0","id":9,"method":"sampling/createMessage","params":{}}"#
            ).first
        else {
            Issue.record("no reply")
            return
        }
        #expect(refusal["id"] == 9)
        #expect(refusal["error"]?["code"] == -32601)
    }

    @Test mutating func hearsThatToolsChangedAndIgnoresOtherNotifications() {
        #expect(
            self.receive(#"{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}"#) == [.toolsChanged])
        #expect(self.receive(#"{"jsonrpc":"2.0","method":"notifications/progress","params":{}}"#) == [.ignored])
    }

    @Test(arguments: ["Server started!", "{\"id\":", "42", "{}", #"{"id":77,"result":{}}"#, #"{"id":"1","result":{}}"#])
    func whatIsNoAnswerIsStray(line: String) {
        var conversation = MCPConversation()
        _ = conversation.request("ping", parameters: [:])
        #expect(conversation.receive(Array(line.utf8)) == [.stray])
    }

    @Test mutating func takesABatchApart() {
        _ = self.conversation.request("a", parameters: [:])
        let received = self.receive(#"[{"id":1,"result":1},{"method":"notifications/tools/list_changed"}]"#)
        #expect(received == [.answered(id: 1, .success(1)), .toolsChanged])
    }

    @Test mutating func aCancelledRequestIsAnnouncedAndItsLateAnswerIgnored() {
        _ = self.conversation.request("a", parameters: [:])
        let notice = self.conversation.cancel(1, reason: "gave up")
        #expect(notice?["method"] == "notifications/cancelled")
        #expect(notice?["params"] == ["requestId": 1, "reason": "gave up"])
        #expect(self.receive(#"{"id":1,"result":{}}"#) == [.ignored])
        #expect(self.conversation.cancel(1, reason: "again") == nil)
    }

    @Test mutating func opensABoundedNumberOfRequests() {
        for _ in 0..<MCPConversation.maxOpenRequests { #expect(self.conversation.request("a", parameters: [:]) != nil) }
        #expect(self.conversation.request("a", parameters: [:]) == nil)
        _ = self.receive(#"{"id":1,"result":{}}"#)
        #expect(self.conversation.request("a", parameters: [:]) != nil)
    }
}
