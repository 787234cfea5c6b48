import BelayCore

/// Runs a world of tasks on one thread, in an order that a seed decides, on a clock of its own.
///
/// Each turn takes one of the jobs that are ready, at random. When none is, time moves to the next sleeper. Every job
/// belongs to the process of the job that enqueued it, or to the process that slept; the jobs of a process that is
/// paused wait, and those of one that died are never run. So a process dies between any two steps of its tasks.
///
/// All of it happens on the thread that calls `run`; nothing here may be touched from another one.
package final class SimulatedScheduler: @unchecked Sendable {  // One thread, see above.
    package enum Ending: Sendable, Hashable {
        /// What was waited for is so.
        case reached
        /// Nothing is ready and nobody sleeps.
        case stuck
        /// It goes on and on.
        case outOfTurns
    }

    private struct Ready {
        var job: UnownedJob
        var process: SimulatedProcess
    }

    private enum Standing { case running, paused, dead }

    package private(set) var now = Duration.zero
    /// Jobs that were run.
    package private(set) var turns = 0
    /// A digest of the order of everything that happened: equal for equal runs.
    package private(set) var fingerprint: UInt64 = 0xcbf2_9ce4_8422_2325
    /// Whose job is running.
    package private(set) var current = SimulatedProcess.world
    /// Called before each turn; may kill, pause and start processes.
    package var beforeTurn: () -> Void = {}
    /// How often, once in so many turns, time moves on although something is ready: a busy machine. Nil for never.
    package var laziness: Int?

    /// How far time may move while something is ready.
    private static let haste = Duration.milliseconds(50)

    /// What the runtime itself calls its global executor: all zeros. A job that runs on it calls asynchronous functions
    /// as it would in production, without a detour through a queue at each call.
    private static let global = unsafeBitCast((0, 0), to: UnownedSerialExecutor.self)

    private var random: SeededGenerator
    private var ready: [Ready] = []
    private var standings: [Standing] = [.running]
    private var held: [SimulatedProcess: [UnownedJob]] = [:]
    private var roots: [Task<Void, Never>] = []
    private var calls: [Int: Call] = [:]
    private var lastCall = 0
    private var isDraining = false
    var sleepers = SleeperQueue()

    /// A request to a process, by whoever waits for the answer.
    private struct Call {
        var process: SimulatedProcess
        var hangUp: () -> Void
    }

    package init(seed: UInt64) { self.random = SeededGenerator(seed: seed) }

    // MARK: Running

    /// Runs `body`, which starts the world, and then turn after turn until `isDone`.
    package func run(
        atMost limit: Int, until isDone: () -> Bool, starting body: () -> Void = {}
    ) -> Ending {
        GlobalExecutorHook.redirecting(to: self) {
            body()
            while !isDone() {
                guard self.turns < limit else { return .outOfTurns }
                guard self.turn() else { return .stuck }
            }
            return .reached
        }
    }

    /// Ends every process, the dead ones too, so that nothing of this world stays in memory: tasks are cancelled, and
    /// whoever sleeps is woken with that news.
    ///
    /// - Returns: False when tasks go on in spite of it.
    package func drain(atMost limit: Int = 200_000) -> Bool {
        GlobalExecutorHook.redirecting(to: self) {
            self.isDraining = true
            self.beforeTurn = {}
            self.laziness = nil
            self.standings = self.standings.map { _ in .running }
            for root in self.roots { root.cancel() }
            for call in self.calls.values { call.hangUp() }
            self.calls = [:]
            for process in self.held.keys.sorted(by: { $0.number < $1.number }) { self.letGo(process) }
            for sleeper in self.sleepers.exhume() { self.wake(sleeper, cancelled: true) }
            for _ in 0..<limit {
                while let sleeper = self.sleepers.popFirst() { self.wake(sleeper, cancelled: true) }
                guard self.turn() else { return true }
            }
            return false
        }
    }

    var isEnding: Bool { self.isDraining }

    /// - Returns: False when there is nothing to do, now or later.
    private func turn() -> Bool {
        self.beforeTurn()
        self.dawdle()
        while self.ready.isEmpty { if !self.passTime() { return false } }
        let index = Int.random(in: 0..<self.ready.count, using: &self.random)
        self.ready.swapAt(index, self.ready.count - 1)
        let next = self.ready.removeLast()
        self.turns += 1
        self.mix(UInt64(index) << 8 | UInt64(next.process.number & 0xff))
        self.current = next.process
        next.job.runSynchronously(on: Self.global)
        self.current = .world
        return true
    }

    /// Lets a little time pass though there is work to do.
    private func dawdle() {
        guard let laziness, let next = self.sleepers.nextDeadline, next <= self.now + Self.haste else { return }
        if Int.random(in: 0..<laziness, using: &self.random) == 0 { _ = self.passTime() }
    }

    /// Moves time to the next sleeper and wakes it.
    private func passTime() -> Bool {
        guard let sleeper = self.sleepers.popFirst() else { return false }
        self.now = max(self.now, sleeper.deadline)
        if self.standing(of: sleeper.process) == .dead {
            self.sleepers.bury(sleeper)
        } else {
            self.wake(sleeper, cancelled: false)
        }
        return true
    }

    private func mix(_ value: UInt64) {
        self.fingerprint =
            (self.fingerprint ^ value ^ UInt64(truncatingIfNeeded: self.now.milliseconds) << 20)
            &* 0x100_0000_01b3
    }

    // MARK: Jobs

    /// Takes a job that Swift's runtime would give to its global executor.
    func take(_ job: UnownedJob) {
        switch self.standing(of: self.current) {
        case .running: self.ready.append(Ready(job: job, process: self.current))
        case .paused, .dead: self.held[self.current, default: []].append(job)
        }
    }

    /// Runs `body` as if a job of `process` did.
    package func acting<Result>(as process: SimulatedProcess, _ body: () -> Result) -> Result {
        let before = self.current
        self.current = process
        defer { self.current = before }
        return body()
    }

    // MARK: Processes

    package func makeProcess() -> SimulatedProcess {
        self.standings.append(.running)
        return SimulatedProcess(number: self.standings.count - 1)
    }

    /// Starts a task of a process.
    package func start(in process: SimulatedProcess, _ work: @escaping @Sendable () async -> Void) {
        self.acting(as: process) { self.roots.append(Task { await work() }) }
    }

    /// Has a process do something for the caller, as a request over a connection would.
    ///
    /// - Returns: Nil when the process died before it answered.
    package func request<Value: Sendable>(
        to process: SimulatedProcess, _ work: @escaping @Sendable () async -> Value
    ) async -> Value? {
        if self.isDraining || self.standing(of: process) == .dead { return nil }
        let caller = self.current
        self.lastCall += 1
        let id = self.lastCall
        // Unsafe: a caller that died is never resumed, which is no misuse here.
        return await withUnsafeContinuation { continuation in
            self.calls[id] = Call(process: process) {
                self.acting(as: caller) { continuation.resume(returning: nil) }
            }
            self.start(in: process) {
                let value = await work()
                guard self.calls.removeValue(forKey: id) != nil else { return }
                self.acting(as: caller) { continuation.resume(returning: value) }
            }
        }
    }

    package func isDead(_ process: SimulatedProcess) -> Bool { self.standing(of: process) == .dead }
    package func isPaused(_ process: SimulatedProcess) -> Bool { self.standing(of: process) == .paused }

    /// Kills a process: none of its tasks takes another step. Those who wait for its answers learn of it.
    package func kill(_ process: SimulatedProcess) {
        self.withhold(process, as: .dead)
        for (id, call) in self.calls.sorted(by: { $0.key < $1.key }) where call.process == process {
            self.calls[id] = nil
            call.hangUp()
        }
    }

    /// Keeps a process from running, while time goes on.
    package func pause(_ process: SimulatedProcess) {
        if self.standing(of: process) == .running { self.withhold(process, as: .paused) }
    }

    package func resume(_ process: SimulatedProcess) {
        guard self.standing(of: process) == .paused else { return }
        self.standings[process.number] = .running
        self.letGo(process)
    }

    private func standing(of process: SimulatedProcess) -> Standing { self.standings[process.number] }

    private func withhold(_ process: SimulatedProcess, as standing: Standing) {
        precondition(process != .world, "the world goes on")
        self.standings[process.number] = standing
        self.held[process, default: []] += self.ready.filter { $0.process == process }.map(\.job)
        self.ready.removeAll { $0.process == process }
    }

    private func letGo(_ process: SimulatedProcess) {
        for job in self.held.removeValue(forKey: process) ?? [] {
            self.ready.append(Ready(job: job, process: process))
        }
    }
}
