import BelayResilience
import BelayTesting
import Logging
import Testing

@testable import BelayRuntime

struct StoreTroubleTests {
    private let log = RecordedLog()
    private let clock = ManualClock()
    private let trouble: StoreTrouble

    init() { self.trouble = StoreTrouble(timekeeper: Timekeeper(self.clock), logger: self.log.logger) }

    @Test func theSameTroubleIsSaidOnceAMinute() {
        for _ in 0..<100 {
            self.trouble.met(.renewing, "the disk is full")
            self.clock.advance(by: .seconds(1))
        }
        self.trouble.worked(.renewing)
        self.trouble.worked(.renewing)
        #expect(
            self.log.messages(.error) == [
                "can't renew leases: the disk is full; trying again", "still can't renew leases: the disk is full",
            ])
        #expect(self.log.messages(.notice) == ["can renew leases again"])
    }

    /// On a full disk a claim that finds nothing due works, for it only reads.
    @Test func oneOperationThatWorksDoesNotEndTheTroubleOfAnother() {
        for _ in 0..<10 {
            self.trouble.met(.writing, "the disk is full")
            self.trouble.worked(.claiming)
        }
        #expect(self.log.messages(.error).count == 1)
        #expect(self.log.messages(.notice).isEmpty)
        self.trouble.worked(.writing)
        #expect(self.log.messages(.notice) == ["can write to journals again"])
    }

    @Test func whatComesAndGoesIsSaidOnceAMinuteToo() {
        for _ in 0..<10 {
            self.trouble.met(.writing, "the file is locked")
            self.trouble.worked(.writing)
        }
        #expect(self.log.messages(.error).count == 1 && self.log.messages(.notice).count == 1)
        self.clock.advance(by: .seconds(60))
        self.trouble.met(.writing, "the file is locked")
        #expect(self.log.messages(.error).last == "can't write to journals: the file is locked; trying again")
    }

    @Test func whoIsToldOtherwiseGetsNoErrors() {
        self.trouble.met(.claiming, "the disk is full", isQuiet: true)
        #expect(self.trouble.reason(for: .claiming, lasting: .seconds(1)) == nil)
        self.clock.advance(by: .seconds(1))
        #expect(self.trouble.reason(for: .claiming, lasting: .seconds(1)) == "the disk is full")
        self.trouble.worked(.claiming, isQuiet: true)
        #expect(self.trouble.reason(for: .claiming, lasting: .zero) == nil)
        #expect(self.log.messages(.error).isEmpty && self.log.messages(.info).count == 2)
    }
}
