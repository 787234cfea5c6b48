import BelayCore
import BelayResilience
import BelayTesting
import Testing

@testable import BelayModels

struct KeyQuarantineTests {
    private let start: Moment
    private var key = KeyQuarantine(.init(refused: .seconds(900), quotaExhausted: .seconds(60)))

    init() { self.start = Timekeeper(ManualClock()).now }

    private func at(_ seconds: Int) -> Moment { self.start + .seconds(seconds) }

    private mutating func spend(_ start: Int, _ end: Int) -> Duration? {
        self.key.refused(.quotaExhausted, startedAt: self.at(start), at: self.at(end))
    }

    @Test mutating func aRefusedKeyRestsAsLongEachTime() {
        for start in [0, 1_000, 2_000] {
            #expect(self.key.admit(at: self.at(start)) == nil)
            let rest = self.key.refused(.authentication, startedAt: self.at(start), at: self.at(start + 1))
            #expect(rest == .seconds(900))
            #expect(self.key.obstacle(at: self.at(start + 900))?.wait == .seconds(1))
            #expect(self.key.obstacle(at: self.at(start + 901)) == nil)
        }
    }

    @Test mutating func aUsedUpQuotaRestsTwiceAsLongEachTimeUpToTheLongest() {
        var now = 0
        for rest in [60, 120, 240, 480, 900, 900] {
            #expect(self.key.admit(at: self.at(now)) == nil)
            #expect(self.spend(now, now + 1) == .seconds(rest))
            #expect(self.key.admit(at: self.at(now + 1))?.wait == .seconds(rest))
            now += 1 + rest
        }
        #expect(self.key.admit(at: self.at(now)) == nil)
        self.key.accepted(startedAt: self.at(now))
        #expect(self.key.obstacle(at: self.at(now)) == nil)
        #expect(self.spend(now + 1, now + 2) == .seconds(60))
    }

    @Test mutating func attemptsThatRanTogetherAreRefusedOnce() {
        #expect(self.spend(0, 3) == .seconds(60))
        #expect(self.spend(1, 4) == nil && self.spend(2, 70) == nil)
        #expect(self.key.obstacle(at: self.at(3))?.wait == .seconds(60))
        // It was answered before the other was refused.
        self.key.accepted(startedAt: self.at(2))
        #expect(self.key.obstacle(at: self.at(4)) != nil)
    }

    @Test mutating func oneAttemptAtATimeFindsOut() {
        #expect(self.spend(0, 0) == .seconds(60))
        #expect(self.key.admit(at: self.at(60)) == nil)
        #expect(self.key.admit(at: self.at(60))?.wait == KeyQuarantine.probeTimeout)
        // It says nothing, so the next one may find out.
        self.key.ended(startedAt: self.at(60), at: self.at(61))
        #expect(self.key.admit(at: self.at(61)) == nil)
        #expect(self.key.admit(at: self.at(70)) != nil)
        #expect(self.key.admit(at: self.at(71)) == nil, "The last one has taken too long.")
        self.key.accepted(startedAt: self.at(61))
        #expect(self.key.admit(at: self.at(71)) == nil && self.key.admit(at: self.at(71)) == nil)
    }

    @Test mutating func whatBeganBeforeARestEndsNone() {
        #expect(self.spend(1, 2) == .seconds(60))
        self.key.ended(startedAt: self.at(1), at: self.at(3))
        #expect(self.key.obstacle(at: self.at(3)) != nil)
    }
}
