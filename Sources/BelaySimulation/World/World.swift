import BelayCore
import BelayTesting

/// One simulated world: a store, vendors of models, services behind tools, people, and the processes that run Belay.
///
/// Everything in it happens on one thread; see `SimulatedScheduler`.
final class World: @unchecked Sendable {
    let scheduler: SimulatedScheduler
    let clock: SimulatedClock
    let wallClock: WorldClock
    let chance: Chance
    let story: Story
    var weather: Weather
    private(set) var violation: String?
    private(set) var tally: [String: Int] = [:]
    /// Whether faults are over, so that everything has to come to its end.
    var isCalm = false
    var isOver = false
    /// Observers who have not seen the end yet.
    var observers = 0

    init(seed: UInt64, tellsStory: Bool) {
        self.scheduler = SimulatedScheduler(seed: seed ^ 0x5EED)
        self.clock = SimulatedClock(self.scheduler)
        self.wallClock = WorldClock(scheduler: self.scheduler)
        self.chance = Chance(seed: seed)
        self.story = Story(isTold: tellsStory)
        self.weather = Weather.drawn(by: self.chance)
    }

    var now: Duration { self.scheduler.now }

    func tell(_ who: @autoclosure () -> String, _ what: @autoclosure () -> String) {
        if self.story.isTold { self.story.tell(at: self.now, who(), what()) }
    }

    func count(_ what: String) { self.tally[what, default: 0] += 1 }

    /// Notes that a promise was broken. The first counts; the world ends with it.
    func violate(_ what: @autoclosure () -> String) {
        guard self.violation == nil else { return }
        let text = what()
        self.violation = text
        self.tell("VIOLATION", text)
    }

    func require(_ condition: Bool, _ what: @autoclosure () -> String) {
        if !condition { self.violate(what()) }
    }

    /// The name of the process whose job is running.
    var speaker: String { self.scheduler.current == .world ? "world" : "node \(self.scheduler.current.number)" }

    /// Passes some time in the process that is running.
    func pass(_ range: ClosedRange<Int>, isCancellable: Bool = true) async throws {
        try await self.scheduler.sleep(for: self.chance.milliseconds(range), isCancellable: isCancellable)
    }
}
