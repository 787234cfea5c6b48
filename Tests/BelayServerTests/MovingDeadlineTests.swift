import NIOCore
import NIOEmbedded
import Testing

@testable import BelayServer

/// One deadline that moves, on a loop whose time stands still.
struct MovingDeadlineTests {
    /// Used by one thread only, as its loop has to be: a test makes its own.
    private final class Bench {
        let loop = EmbeddedEventLoop()
        private(set) var count = 0
        /// Called when the deadline comes.
        var then: (() -> Void)?

        func makeDeadline() -> MovingDeadline {
            MovingDeadline(on: self.loop) { [unowned self] in
                self.count += 1
                self.then?()
            }
        }

        /// How often the deadline has come.
        func count(after seconds: Int64) -> Int {
            self.loop.advanceTime(by: .seconds(seconds))
            return self.count
        }
    }

    @Test func itComesOnce() {
        let bench = Bench()
        let deadline = bench.makeDeadline()
        deadline.set(in: .seconds(5))
        #expect(bench.count(after: 4) == 0)
        #expect(bench.count(after: 1) == 1)
        #expect(bench.count(after: 60) == 1)
        deadline.set(in: .seconds(5))
        #expect(bench.count(after: 5) == 2)
    }

    @Test func aLaterOneReplacesIt() {
        let bench = Bench()
        let deadline = bench.makeDeadline()
        deadline.set(in: .seconds(5))
        #expect(bench.count(after: 3) == 0)
        deadline.set(in: .seconds(5))
        #expect(bench.count(after: 4) == 0, "the alarm that comes at 5 is for nothing")
        #expect(bench.count(after: 1) == 1)
        #expect(bench.count(after: 60) == 1)
    }

    @Test func aPauseLeavesWhatWasLeft() {
        let bench = Bench()
        let deadline = bench.makeDeadline()
        deadline.set(in: .seconds(5))
        #expect(bench.count(after: 3) == 0)
        deadline.pause()
        deadline.pause()
        #expect(bench.count(after: 60) == 0)
        deadline.resume()
        #expect(bench.count(after: 1) == 0)
        #expect(bench.count(after: 1) == 1)
        deadline.resume()
        #expect(bench.count(after: 60) == 1)
        deadline.set(in: .seconds(5))
        deadline.pause()
        deadline.clear()
        deadline.resume()
        #expect(bench.count(after: 60) == 1, "cleared in the pause")
    }

    @Test func itIsBroughtForwardAndNeverPutOff() {
        let bench = Bench()
        let deadline = bench.makeDeadline()
        deadline.set(in: .seconds(5))
        deadline.bringForward(to: .seconds(9))
        #expect(bench.count(after: 5) == 1)
        deadline.set(in: .seconds(9))
        deadline.bringForward(to: .seconds(2))
        #expect(bench.count(after: 2) == 2)
        deadline.bringForward(to: .seconds(2))
        #expect(bench.count(after: 2) == 3, "there was none")
    }

    @Test func anEarlierOneReplacesIt() {
        let bench = Bench()
        let deadline = bench.makeDeadline()
        deadline.set(in: .seconds(10))
        deadline.set(in: .seconds(2))
        #expect(bench.count(after: 1) == 0)
        #expect(bench.count(after: 1) == 1)
        #expect(bench.count(after: 60) == 1, "and the first is gone")
    }

    @Test func whatIsClearedDoesNotCome() {
        let bench = Bench()
        let deadline = bench.makeDeadline()
        deadline.set(in: .seconds(5))
        deadline.clear()
        #expect(bench.count(after: 60) == 0)
        deadline.set(in: .seconds(5))
        #expect(bench.count(after: 5) == 1)
    }

    @Test func theAlarmOfOneThatWasClearedDoesNotRingForTheNext() {
        let bench = Bench()
        let deadline = bench.makeDeadline()
        deadline.set(in: .seconds(5))
        deadline.clear()
        #expect(bench.count(after: 3) == 0)
        deadline.set(in: .seconds(10))
        #expect(bench.count(after: 9) == 0)
        #expect(bench.count(after: 1) == 1)
    }

    @Test func itCanBeSetAgainAsItComes() {
        let bench = Bench()
        let deadline = bench.makeDeadline()
        bench.then = { deadline.set(in: .seconds(5)) }
        deadline.set(in: .seconds(5))
        #expect(bench.count(after: 5) == 1)
        #expect(bench.count(after: 4) == 1)
        #expect(bench.count(after: 1) == 2)
        #expect(bench.count(after: 5) == 3)
        bench.then = nil
        #expect(bench.count(after: 60) == 4)
    }

    @Test func itLeavesNothingBehindWhenItIsStopped() {
        let bench = Bench()
        let deadline = bench.makeDeadline()
        deadline.set(in: .seconds(5))
        deadline.stop()
        #expect(bench.count(after: 60) == 0)
    }
}
