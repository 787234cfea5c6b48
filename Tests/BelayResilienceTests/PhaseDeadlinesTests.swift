import BelayResilience
import BelayTesting
import Testing

struct PhaseDeadlinesTests {
    private let limits = PhaseLimits(
        connect: .seconds(2), responseHeaders: .seconds(10), firstToken: .seconds(20), betweenTokens: .seconds(5),
        total: .seconds(60))

    @Test func eachPhaseHasItsOwnClock() {
        var deadlines = PhaseDeadlines(limits: self.limits, startedAt: .origin)
        #expect(deadlines.nextDeadline == .seconds(2))
        #expect(deadlines.expired(at: .seconds(1.9)) == nil)
        #expect(deadlines.expired(at: .seconds(2))?.phase == .connect)
        deadlines.record(.connected, at: .seconds(1))
        #expect(deadlines.expired(at: .seconds(11)) == DeadlineExceeded(phase: .responseHeaders, limit: .seconds(10)))
        deadlines.record(.responseHeaders, at: .seconds(8))
        #expect(deadlines.expired(at: .seconds(28)) == DeadlineExceeded(phase: .firstToken, limit: .seconds(20)))
        deadlines.record(.content, at: .seconds(20))
        #expect(deadlines.expired(at: .seconds(24)) == nil)
        #expect(deadlines.expired(at: .seconds(25)) == DeadlineExceeded(phase: .betweenTokens, limit: .seconds(5)))
        deadlines.record(.content, at: .seconds(24))
        #expect(deadlines.nextDeadline == .seconds(29))
    }

    @Test func pingsDoNotRestartTheContentClock() {
        var deadlines = PhaseDeadlines(limits: self.limits, startedAt: .origin)
        deadlines.record(.responseHeaders, at: .seconds(1))
        for second in 1...20 { deadlines.record(.keepAlive, at: .seconds(Double(second))) }
        #expect(deadlines.expired(at: .seconds(21))?.phase == .firstToken)
        deadlines.record(.content, at: .seconds(20))
        for second in 20...24 { deadlines.record(.keepAlive, at: .seconds(Double(second))) }
        #expect(deadlines.expired(at: .seconds(25))?.phase == .betweenTokens)
    }

    @Test func whileWhatCameIsTakenOnlyTheTotalRuns() {
        var deadlines = PhaseDeadlines(limits: self.limits, startedAt: .origin)
        deadlines.record(.handedOn, at: .seconds(1))
        #expect(deadlines.nextDeadline == .seconds(2), "nothing came yet")
        deadlines.record(.responseHeaders, at: .seconds(1))
        deadlines.record(.handedOn, at: .seconds(2))
        #expect(deadlines.nextDeadline == .seconds(60))
        deadlines.record(.content, at: .seconds(50))
        #expect(deadlines.nextDeadline == .seconds(55))
    }

    @Test func theTotalRunsThroughAllPhases() {
        var deadlines = PhaseDeadlines(limits: self.limits, startedAt: .seconds(100))
        for second in 100...158 { deadlines.record(.content, at: .seconds(Double(second))) }
        #expect(deadlines.expired(at: .seconds(159)) == nil)
        #expect(deadlines.expired(at: .seconds(160)) == DeadlineExceeded(phase: .total, limit: .seconds(60)))
    }

    @Test func anEarlierPhaseDoesNotComeBack() {
        var deadlines = PhaseDeadlines(limits: self.limits, startedAt: .origin)
        deadlines.record(.content, at: .seconds(1))
        deadlines.record(.connected, at: .seconds(3))
        deadlines.record(.responseHeaders, at: .seconds(3))
        #expect(deadlines.phase == .betweenTokens)
        #expect(deadlines.nextDeadline == .seconds(6))
    }

    @Test func aPhaseWithoutALimitIsBoundedByTheTotal() {
        let limits = PhaseLimits(connect: nil, responseHeaders: nil, firstToken: nil, betweenTokens: nil)
        var deadlines = PhaseDeadlines(limits: limits, startedAt: .origin)
        for progress in [CallProgress.connected, .responseHeaders, .content] {
            deadlines.record(progress, at: .seconds(1))
            #expect(deadlines.nextDeadline == .seconds(300))
        }
    }

    @Test(arguments: 1...200 as ClosedRange<UInt64>)
    func expiresExactlyAtItsNextDeadline(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var deadlines = PhaseDeadlines(limits: self.limits, startedAt: .origin)
        var now = Moment.origin
        for _ in 0..<50 {
            let event = [CallProgress.connected, .responseHeaders, .content, .keepAlive].randomElement(using: &random)
            let before = deadlines.nextDeadline
            deadlines.record(event ?? .content, at: now)
            if event == .keepAlive { #expect(deadlines.nextDeadline == before) }
            #expect(deadlines.nextDeadline <= .seconds(60))
            #expect(deadlines.expired(at: deadlines.nextDeadline) != nil)
            #expect(deadlines.expired(at: deadlines.nextDeadline + .milliseconds(-1)) == nil)
            now = now + .milliseconds(Int.random(in: 0...3_000, using: &random))
        }
    }
}
