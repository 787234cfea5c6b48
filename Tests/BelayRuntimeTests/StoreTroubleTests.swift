import BelayCore
import BelayTesting
import Logging
import Testing

@testable import BelayRuntime

struct StoreTroubleTests {
    private let log = RecordedLog()
    private let clock = ManualWallClock()
    private let trouble: StoreTrouble

    init() { self.trouble = StoreTrouble(logger: self.log.logger) }

    @Test func theSameTroubleIsSaidOnceAMinute() {
        for _ in 0..<100 {
            self.trouble.met("can't renew leases", "the disk is full", at: self.clock.now)
            self.clock.advance(by: .seconds(1))
        }
        #expect(self.log.messages(.error).count == 2)
        self.trouble.met("can't renew leases", "the file is locked", at: self.clock.now)
        #expect(self.log.messages(.error).count == 3)
    }

    @Test func whatComesBackIsNews() {
        for _ in 0..<3 {
            for _ in 0..<10 { self.trouble.met("can't renew leases", "the disk is full", at: self.clock.now) }
            self.trouble.isOver()
        }
        #expect(self.log.messages(.error).count == 3)
    }
}
