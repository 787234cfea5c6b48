import BelayCore
import BelayJSON
import Testing

@testable import BelayRouting

struct OutcomeLogTests {
    private static let full = CallOutcome(
        id: "call_1", revision: 2, task: "classify", path: Paths.poor, time: .start, success: 0.5,
        latency: .milliseconds(1_234), cost: Money(nanoDollars: 1_500_000),
        usage: Usage(freshInput: 10, cacheRead: 5, output: 7), error: .stallTimeout,
        context: OutcomeContext(inputSize: .veryLong, hasTools: true, language: "de"),
        decision: RoutingDecision(
            path: Paths.poor, reason: .explored, stakes: .low,
            candidates: [
                RoutingDecision.Candidate(
                    path: Paths.good, standing: .suspended, mean: 0.5, sampled: 0.25, evidence: 12, cost: 0.01,
                    latency: 1.5, utility: -0.25),
                RoutingDecision.Candidate(path: Paths.poor, mean: 0.75),
            ], propensity: 0.125, pressure: 2))

    @Test func everythingComesBackAsItWasWritten() throws {
        let plain = CallOutcome.test("call_2", success: nil, cost: nil)
        let bytes = OutcomeLog.bytes(of: [Self.full, plain])
        #expect(try OutcomeLog.read(bytes) == [Self.full, plain])
        #expect(bytes.count { $0 == UInt8(ascii: "\n") } == 2)
        #expect(try JSON(encoding: Self.full).decode(CallOutcome.self) == Self.full)
    }

    @Test func aPlainOutcomeIsShort() {
        let text = String(decoding: OutcomeLog.bytes(of: [.test("call_2", success: 1)]), as: UTF8.self)
        #expect(
            text == """
                {"id":"call_2","task":"task","path":"one/good","time":1780000000000,"success":1,"latency_ms":1000,\
                "cost_nano_usd":1000000}

                """)
    }

    @Test func figuresOfADecisionHaveFourDigits() {
        let decision = RoutingDecision(
            path: Paths.good, reason: .best,
            candidates: [
                RoutingDecision.Candidate(path: Paths.good, mean: 2.0 / 3, evidence: 123_456, cost: 0.000_123_456)
            ])
        #expect(
            decision.json.serialized() == """
                {"path":"one/good","reason":"best","candidates":[{"path":"one/good","mean":0.6667,"evidence":123500,\
                "cost":0.0001235,"utility":0}]}
                """)
    }

    @Test func emptyLinesAndBothLineEndsAreRead() throws {
        let line = OutcomeLog.bytes(of: [.test("a", success: true ? 1 : 0)]).dropLast()
        let bytes = Array("\n  \n".utf8) + line + Array("\r\n\n".utf8)
        #expect(try OutcomeLog.read(bytes).map(\.id) == ["a"])
        #expect(try OutcomeLog.read([]).isEmpty)
    }

    @Test func trueAndFalseAreJudgements() throws {
        let outcome = try OutcomeLog.readLine(
            Array(#"{"id":"a","task":"t","path":"p/m","time":0,"success":false,"latency_ms":5}"#.utf8), number: 1)
        #expect(outcome?.success == 0)
        #expect(outcome?.cost == nil)
    }

    @Test(arguments: [
        (#"{"id":"a""#, "at column"),
        (#"[1]"#, "An outcome is an object, not array."),
        (#"{"id":"","task":"t","path":"p/m","time":0,"latency_ms":5}"#, "`id` is a text of 1 to 128 bytes."),
        (#"{"task":"t","path":"p/m","time":0,"latency_ms":5}"#, "An outcome needs `id`: a text of 1 to 128 bytes."),
        (#"{"id":"a","task":"t","path":"p","time":0,"latency_ms":5}"#, "`path` is `provider/model`."),
        (#"{"id":"a","task":"t","path":"p/m","time":0,"latency_ms":-5}"#, "`latency_ms` is milliseconds"),
        (
            #"{"id":"a","task":"t","path":"p/m","time":0,"latency_ms":5,"success":1.5}"#,
            "`success` is a number from 0 to 1"
        ),
        (#"{"id":"a","task":"t","path":"p/m","time":0,"latency_ms":5,"succes":1}"#, "no member `succes`"),
        (
            #"{"id":"a","task":"t","path":"p/m","time":0,"latency_ms":5,"cost_nano_usd":-1}"#,
            "`cost_nano_usd` is a whole"
        ),
        (#"{"id":"a","task":"t","path":"p/m","time":0,"latency_ms":5,"error":"odd"}"#, "`error` is the name of a kind"),
        (
            #"{"id":"a","task":"t","path":"p/m","time":0,"latency_ms":5,"decision":{"path":"p/m","reason":"best","candidates":[],"propensity":0}}"#,
            "`propensity` is a number above 0"
        ),
    ])
    func aBadLineSaysWhichAndWhy(line: String, reason: String) throws {
        let good = #"{"id":"a","task":"t","path":"p/m","time":0,"latency_ms":5}"#
        let error = #expect(throws: OutcomeLog.LineError.self) {
            try OutcomeLog.read(Array("\(good)\n\n\(line)\n".utf8))
        }
        #expect(error?.line == 3)
        #expect(error?.reason.contains(reason) == true, "\(error.map(String.init(describing:)) ?? "no error")")
    }

    @Test func aLineThatIsTooLongIsNotParsed() {
        let line = [UInt8](repeating: UInt8(ascii: "["), count: OutcomeLog.longestLine + 1)
        let error = #expect(throws: OutcomeLog.LineError.self) { try OutcomeLog.read(line) }
        #expect(error?.reason.contains("bytes") == true)
    }

    @Test func failuresThatAreNotThePathsAreNoJudgement() {
        var outcome = CallOutcome.test("a", success: nil)
        outcome.error = .overloaded
        #expect(outcome.evidence.success == 0)
        outcome.error = .cancelled
        #expect(outcome.evidence.success == nil)
        outcome.success = 1
        #expect(outcome.evidence.success == 1)
    }
}
