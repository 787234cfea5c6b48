import BelayCore
import BelayTesting
import Testing

@testable import BelayIngress

struct AnswerStampTests {
    @Test func chanceAndTimeComeFromOutside() {
        let time = Timestamp(milliseconds: 1_999)
        var random = SeededGenerator(seed: 1)
        var same = SeededGenerator(seed: 1)
        let stamp = AnswerStamp(using: &random, created: time)
        #expect(stamp == AnswerStamp(using: &same, created: time))
        #expect(stamp != AnswerStamp(using: &random, created: time))
        #expect(stamp.token.count == 24)
        #expect(stamp.token.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) })
        #expect(stamp.seconds == 1)
    }

    /// Each protocol has its prefix, and all ids of a response tell its items apart.
    @Test func idsHaveThePrefixOfTheirKind() throws {
        let answer = ModelAnswer(
            content: [
                .reasoning(Reasoning(text: "hm", origin: "p")), .text("a"),
                .toolCall(ToolCall(id: "c", name: "f", arguments: "{}")),
            ], stopReason: .toolUse, usage: .zero, model: "")
        func text(_ wire: IngressProtocol) -> String {
            String(
                decoding: wire.body(of: answer, to: Samples.request(wire), stamp: Samples.stamp), as: UTF8.self)
        }
        #expect(text(.chatCompletions).contains(#""id":"chatcmpl-t0ken""#))
        #expect(text(.chatCompletions).contains(#""model":"route/default""#))
        #expect(text(.messages).contains(#""id":"msg_t0ken""#))
        for id in ["resp_t0ken", "rs_t0ken0", "msg_t0ken1", "fc_t0ken2"] {
            #expect(text(.responses).contains("\"id\":\"\(id)\""))
        }
    }
}
