import BelayTesting
import Testing

@Suite(.timeLimit(.minutes(5)))
struct ManualClockTests {
    @Test func timeStandsStillUntilItIsAdvanced() {
        let clock = ManualClock()
        #expect(clock.now.offset == .zero)
        clock.advance(by: .seconds(3))
        #expect(clock.now.offset == .seconds(3))
    }

    @Test func sleepersWakeWhenTheirDeadlineIsReachedAndNotBefore() async throws {
        let clock = ManualClock()
        let sleeper = Task { try await clock.sleep(for: .seconds(10)) }
        await clock.sleepers(1)
        clock.advance(by: .seconds(9))
        #expect(clock.sleeperCount == 1)
        clock.advance(by: .seconds(1))
        try await sleeper.value
        #expect(clock.sleeperCount == 0)
    }

    @Test func advanceToNextWakesOneSleeperAtATimeInTheOrderOfDeadlines() async throws {
        let clock = ManualClock()
        let sleepers = [30, 10, 20].map { seconds in
            Task {
                try await clock.sleep(for: .seconds(seconds))
                return clock.now.offset
            }
        }
        await clock.sleepers(3)
        #expect(await clock.advanceToNext() == .seconds(10))
        #expect(try await sleepers[1].value == .seconds(10))
        #expect(clock.sleeperCount == 2)
        #expect(await clock.advanceToNext() == .seconds(10))
        #expect(try await sleepers[2].value == .seconds(20))
        #expect(await clock.advanceToNext() == .seconds(10))
        #expect(try await sleepers[0].value == .seconds(30))
    }

    @Test func aCancelledSleeperThrowsAndLeaves() async {
        let clock = ManualClock()
        let sleeper = Task { try await clock.sleep(for: .seconds(10)) }
        await clock.sleepers(1)
        sleeper.cancel()
        await #expect(throws: CancellationError.self) { try await sleeper.value }
        #expect(clock.sleeperCount == 0)
        clock.advance(by: .seconds(20))
    }

    @Test func aTaskThatIsCancelledAlreadyDoesNotSleep() async {
        let clock = ManualClock()
        let sleeper = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            try await clock.sleep(for: .seconds(10))
        }
        await #expect(throws: CancellationError.self) { try await sleeper.value }
    }

    @Test func waitingForSleepersEndsWhenTheTaskIsCancelled() async {
        let clock = ManualClock()
        let observer = Task { await clock.advanceToNext() }
        observer.cancel()
        #expect(await observer.value == .zero)
    }

    @Test func cancellationAtAnyMomentResumesEachSleeperOnce() async {
        let clock = ManualClock()
        await withTaskGroup(of: Void.self) { group in
            for seconds in 1...200 {
                let sleeper = Task { try? await clock.sleep(for: .seconds(seconds)) }
                group.addTask { sleeper.cancel() }
                group.addTask { clock.advance(by: .seconds(1)) }
                group.addTask { await sleeper.value }
            }
        }
        #expect(clock.sleeperCount == 0)
    }
}

struct SeededGeneratorTests {
    @Test func givesThePublishedSequenceOfSplitMix64() {
        var generator = SeededGenerator(seed: 1_234_567)
        #expect(generator.next() == 6_457_827_717_110_365_317)
        #expect(generator.next() == 3_203_168_211_198_807_973)
        #expect(generator.next() == 9_817_491_932_198_370_423)
    }

    @Test func theSameSeedGivesTheSameNumbers() {
        var first = SeededGenerator(seed: 7)
        var second = SeededGenerator(seed: 7)
        for _ in 0..<100 { #expect(first.next() == second.next()) }
    }
}
