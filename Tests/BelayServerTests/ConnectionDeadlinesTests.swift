import Testing

@testable import BelayServer

struct ConnectionDeadlinesTests {
    private let limits = ConnectionLimits(request: .seconds(30), idle: .seconds(75), stall: .seconds(60))

    @Test func aRequestHasOneDeadlineAndAnAnswerNone() {
        var deadlines = ConnectionDeadlines(limits: self.limits)
        #expect(deadlines.opened() == .start(.reading, .seconds(30)))
        #expect(deadlines.receivedHead() == .start(.reading, .seconds(30)))
        #expect(deadlines.receivedEnd() == .stop(.reading))
        deadlines.sentHead()
        #expect(deadlines.sentEnd() == .start(.reading, .seconds(75)))
        #expect(deadlines.expired(.reading) == .close)
    }

    @Test func anAnswerThatOvertakesItsRequestDoesNotStopTheClock() {
        var deadlines = ConnectionDeadlines(limits: self.limits)
        _ = deadlines.receivedHead()
        deadlines.sentHead()
        #expect(deadlines.sentEnd() == .none)
        #expect(deadlines.receivedEnd() == .start(.reading, .seconds(75)))
    }

    @Test func onlyAClientThatGotNothingYetIsAnswered() {
        var deadlines = ConnectionDeadlines(limits: self.limits)
        #expect(deadlines.refusal() == .answer)
        _ = deadlines.receivedHead()
        #expect(deadlines.expired(.reading) == .answer)
        deadlines.sentHead()
        #expect(deadlines.expired(.reading) == .close)
    }

    @Test func aRefusalNeverStandsInForTheAnswerToAnEarlierRequest() {
        var deadlines = ConnectionDeadlines(limits: self.limits)
        _ = deadlines.receivedHead()
        _ = deadlines.receivedEnd()
        #expect(deadlines.refusal() == .close)
        _ = deadlines.receivedHead()
        #expect(deadlines.refusal() == .close)
    }

    @Test func aClientThatReadsNothingIsGivenUp() {
        var deadlines = ConnectionDeadlines(limits: self.limits)
        #expect(deadlines.becameWritable(false) == .start(.writing, .seconds(60)))
        #expect(deadlines.becameWritable(true) == .stop(.writing))
        #expect(deadlines.expired(.writing) == .close)
    }
}
