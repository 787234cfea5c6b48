import BelayCore
import BelayJSON
import BelayTesting
import Testing

@testable import BelayTools

struct ToolPipelineReviewTests {
    private func pipeline(
        clock: ManualClock = ManualClock(), reports: Reports<ToolReport> = Reports(),
        _ change: (inout ToolDescriptor) -> Void = { _ in }
    ) throws -> ToolPipeline {
        var descriptor = ToolDescriptor.refund()
        change(&descriptor)
        let tool = Tool(descriptor: descriptor, handler: ScriptedHandler())
        return try ToolPipeline.of([tool], clock: clock) { reports.add($0) }
    }

    private func call(_ arguments: String, name: String = "create_refund") -> ToolCall {
        ToolCall(id: "call_1", name: name, arguments: arguments)
    }

    private func denial(_ review: ToolReview) -> ToolFailure? {
        if case .denied(let failure, _) = review { failure } else { nil }
    }

    private func ready(_ review: ToolReview) -> ReviewedCall? {
        if case .ready(let call) = review { call } else { nil }
    }

    private func review(_ pipeline: ToolPipeline, _ arguments: String, consent: String? = nil) -> ToolReview {
        pipeline.review(self.call(arguments), user: User("ada"), consent: consent)
    }

    @Test func aValidCallIsReadyWithItsDigest() throws {
        let reviewed = self.ready(self.review(try self.pipeline(), #"{"amount": 20, "order": "A-1"}"#))
        #expect(reviewed?.arguments == ["amount": 20, "order": "A-1"])
        #expect(reviewed?.repairs == [])
        #expect(reviewed?.digest == Digest.sha256(["order": "A-1", "amount": 20]))
    }

    @Test func aToolThatDoesNotExistIsUnknownAndTheOthersAreNamed() throws {
        let reports = Reports<ToolReport>()
        let pipeline = try self.pipeline(reports: reports)
        let review = pipeline.review(self.call("{}", name: "refund"), user: User("ada"))
        #expect(self.denial(review)?.kind == .unknownTool)
        #expect(
            self.denial(review)?.message == "There is no tool \"refund\". Your tools are: create_refund.")
        #expect(reports.all == [.refused(tool: "unknown", .unknownTool)])
    }

    @Test func aToolOfAnotherAgentIsUnknown() throws {
        let registry = ToolRegistry()
        try registry.register([Tool(descriptor: .refund(), handler: ScriptedHandler())])
        let review = registry.pipeline(naming: []).review(self.call("{}"), user: User("ada"))
        #expect(self.denial(review)?.message == "There is no tool \"create_refund\". You have no tools.")
    }

    @Test(arguments: ["refund A-1 please", "{\"order\": }", "[1, 2", "nul"])
    func argumentsThatAreNoJSONAreRefused(text: String) throws {
        let failure = self.denial(self.review(try self.pipeline(), text))
        #expect(failure?.kind == .invalidArguments)
        #expect(failure?.mayHaveHappened == false)
    }

    @Test func violationsAreListedSoThatTheModelCanMendThem() throws {
        let failure = self.denial(self.review(try self.pipeline(), #"{"amount": "twenty", "reason": "late"}"#))
        #expect(failure?.kind == .invalidArguments)
        #expect(failure?.message.contains("/amount") == true)
        #expect(failure?.message.contains("order") == true)
        #expect(failure?.message.contains("reason") == true)
        #expect(failure?.message.hasSuffix("Nothing was done.") == true)
    }

    @Test func damagedJSONIsMendedAndSaidSo() throws {
        let reviewed = self.ready(self.review(try self.pipeline(), "```json\n{\"order\": \"A-1\",}\n```"))
        #expect(reviewed?.arguments == ["order": "A-1"])
        #expect(reviewed?.repairs.isEmpty == false)
    }

    @Test func cutOffArgumentsAreOnlyMendedForAToolThatChangesNothing() throws {
        let cut = #"{"order": "A-1", "amount": 1"#
        #expect(self.denial(self.review(try self.pipeline(), cut))?.kind == .invalidArguments)
        let reading = try self.pipeline { $0.effect = .readOnly }
        #expect(self.ready(self.review(reading, cut))?.arguments["order"] == "A-1")
    }

    @Test(arguments: ["", "  \n"]) func noTextIsNoArguments(text: String) throws {
        let pipeline = try self.pipeline { $0.parameters = ["type": "object"] }
        #expect(self.ready(self.review(pipeline, text))?.arguments == [:])
    }

    @Test func argumentsOfMoreThanAMebibyteAreRefused() throws {
        let text = "{\"order\": \"" + String(repeating: "x", count: 1 << 20) + "\"}"
        #expect(self.denial(self.review(try self.pipeline(), text))?.message.contains("1 MiB") == true)
    }

    @Test func theRateIsPerMinuteAndComesBack() throws {
        let clock = ManualClock()
        let pipeline = try self.pipeline(clock: clock) { $0.callsPerMinute = 2 }
        #expect(self.ready(self.review(pipeline, #"{"order": "1"}"#)) != nil)
        #expect(self.ready(self.review(pipeline, #"{"order": "2"}"#)) != nil)
        guard case .denied(let failure, let wait?) = self.review(pipeline, #"{"order": "3"}"#) else {
            Issue.record("the third call passed")
            return
        }
        #expect(failure.kind == .rateLimited)
        #expect(wait > .zero && wait <= .seconds(30))
        clock.advance(by: wait)
        #expect(self.ready(self.review(pipeline, #"{"order": "3"}"#)) != nil)
    }

    @Test func invalidCallsTakeNothingFromTheRate() throws {
        let pipeline = try self.pipeline { $0.callsPerMinute = 1 }
        for _ in 0..<5 { #expect(self.denial(self.review(pipeline, "{}"))?.kind == .invalidArguments) }
        #expect(self.ready(self.review(pipeline, #"{"order": "1"}"#)) != nil)
    }

    @Test func aPersonIsToldWhatWillHappenAndWhyTheyAreAsked() throws {
        let pipeline = try self.pipeline { $0.approval = .above(argument: "amount", limit: 50) }
        let review = self.review(pipeline, #"{"order": "A-1", "amount": 80}"#)
        guard case .needsApproval(let request, let call) = review else {
            Issue.record("no approval was asked for")
            return
        }
        #expect(request.reason == "amount is above 50")
        #expect(
            request.question == """
                create_refund is about to run for ada: Refunds an order
                It happens once and Belay can't take it back.
                - order: "A-1"
                - amount: 80
                You are asked because amount is above 50.
                """)
        #expect(request.expiry == .seconds(86_400))
        #expect(self.ready(self.review(pipeline, #"{"order": "A-1", "amount": 50}"#)) != nil)
        #expect(call.digest == Digest.sha256(["order": "A-1", "amount": 80]))
    }

    @Test func consentCountsForExactlyTheApprovedArguments() throws {
        let pipeline = try self.pipeline {
            $0.approval = .always
            $0.callsPerMinute = 1
        }
        guard case .needsApproval(_, let call) = self.review(pipeline, #"{"order": "A-1", "amount": 80}"#) else {
            Issue.record("no approval was asked for")
            return
        }
        let same = self.review(pipeline, #"{"amount":80,"order":"A-1"}"#, consent: call.digest)
        #expect(self.ready(same)?.digest == call.digest)
        let other = self.review(pipeline, #"{"amount":81,"order":"A-1"}"#, consent: call.digest)
        #expect(self.ready(other) == nil && self.denial(other) == nil)
    }

    @Test func theQuestionShowsHiddenCharactersAndStaysShort() throws {
        let pipeline = try self.pipeline { $0.approval = .always }
        let order = "A\u{202E}1" + String(repeating: "x", count: 100_000)
        let review = self.review(pipeline, JSON.object(["order": .string(order)]).serialized())
        guard case .needsApproval(let request, _) = review else {
            Issue.record("no approval was asked for")
            return
        }
        #expect(request.question.contains("\\u{202e}"))
        #expect(!request.question.contains("\u{202E}"))
        #expect(request.question.contains("(100005 characters in all)"))
        #expect(request.question.count < 1_000)
    }
}
