import BelayJSON
import BelayResilience
import Synchronization

/// Decides the answer to each request and counts. Knows neither sockets nor time: `Connection` plays what it decides.
final class MockProvider: Sendable {
    /// A script, and the number under which its end is reported.
    struct Decision: Sendable {
        var script: WireScript
        var number: Int
    }

    private struct State {
        var plan: FaultPlan
        /// When the plan was installed.
        var installed = Duration.zero
        var counts: [StreamKey: Int] = [:]
        var statistics = MockStatistics()
        var log: RequestLog
        var serial = 0
    }

    /// Requests of one key for one model are counted, and draw their chances, apart from all others.
    private struct StreamKey: Hashable {
        var key: UInt64
        var model: String
    }

    private static let maximumStreams = 10_000

    let scenario: MockScenario
    private let seed: UInt64
    private let state: Mutex<State>
    private let unixSeconds: @Sendable () -> Int64
    private let received: @Sendable (ReceivedRequest) -> Void
    private let counted: @Sendable () -> Void
    private let changes = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))

    init(
        scenario: MockScenario, percent: Double, seed: UInt64, logLimit: Int,
        unixSeconds: @escaping @Sendable () -> Int64,
        received: @escaping @Sendable (ReceivedRequest) -> Void, counted: @escaping @Sendable () -> Void
    ) {
        self.scenario = scenario
        self.seed = seed
        self.unixSeconds = unixSeconds
        self.received = received
        self.counted = counted
        let plan = FaultPlan(faults: scenario.faults, percent: percent)
        self.state = Mutex(State(plan: plan, log: RequestLog(limit: logLimit)))
    }

    /// - Parameter elapsed: Since the server started.
    func decide(
        _ request: HTTPRequest, elapsed: Duration, connections: Connections.Counts, isDraining: Bool
    ) -> Decision {
        let keepsAlive = request.keepsAlive && !isDraining
        if request.path.hasPrefix("/_mock/") {
            let control = ControlRoutes(
                provider: self, connections: connections, elapsed: elapsed, keepsAlive: keepsAlive)
            return Decision(script: control.script(for: request), number: 0)
        }
        self.received(ReceivedRequest(path: request.path, key: request.apiKey, body: request.body))
        var exchange = Exchange(provider: self, request: request, keepsAlive: keepsAlive, now: self.unixSeconds())
        let script = exchange.script(elapsed: elapsed)
        let number = self.state.withLock { state in
            state.serial += 1
            state.statistics.began(path: exchange.countedPath)
            if let conversation = exchange.conversation { state.statistics.understood(conversation) }
            if let fault = exchange.fault { state.statistics.struck(fault.kind) }
            state.statistics.missed(exchange.missingPlaceholders)
            state.log.add(exchange.record(number: state.serial, of: script))
            return state.serial
        }
        self.counted()
        return Decision(script: script, number: number)
    }

    /// - Parameter completed: False when the client left before the end.
    func ended(_ decision: Decision, completed: Bool) {
        guard decision.number > 0 else { return }
        self.state.withLock { state in
            state.statistics.ended(decision.script, completed: completed)
            state.log.ended(decision.number, completed: completed)
        }
        self.counted()
    }

    /// The client left while the last bytes were on their way: what was counted as an answer is none.
    func revoke(_ decision: Decision) {
        guard decision.number > 0 else { return }
        self.state.withLock { state in
            state.statistics.revoke(decision.script)
            state.log.ended(decision.number, completed: false)
        }
        self.counted()
    }

    // Chance

    /// The generators for a request: one for chance, which depends on the seed, the key, the model and how many requests both
    /// have made; one for identifiers, which depends on the body too, so that one conversation never sees an identifier twice.
    func generators(
        key: String, model: String, digest: UInt64
    ) -> (chance: SeededGenerator, identifiers: SeededGenerator, count: Int) {
        let stream = StreamKey(key: StableHash.fnv1a(key.utf8), model: model)
        let count = self.state.withLock { state in
            // Models' names come from outside; beyond the bound they share one counter.
            let known = state.counts[stream] != nil || state.counts.count < Self.maximumStreams
            let counted = known ? stream : StreamKey(key: 0, model: "")
            defer { state.counts[counted, default: 0] += 1 }
            return state.counts[counted, default: 0]
        }
        let base = StableHash.combine(self.seed, stream.key, StableHash.fnv1a(model.utf8), UInt64(count))
        return (SeededGenerator(seed: base), SeededGenerator(seed: StableHash.combine(base, digest)), count)
    }

    func drawFault(
        for situation: FaultSituation, count: Int, elapsed: Duration, using random: inout SeededGenerator
    ) -> Fault? {
        self.state.withLock { state in
            state.plan.draw(for: situation, count: count, elapsed: elapsed - state.installed, using: &random)
        }
    }

    // Control

    func install(_ plan: FaultPlan, elapsed: Duration) {
        self.state.withLock { state in
            state.plan = plan
            state.installed = elapsed
        }
        self.changes.continuation.yield()
    }

    /// Says that the faults are others now; for one listener, the watch over the port.
    var planChanges: AsyncStream<Void> { self.changes.stream }
    func endPlanChanges() { self.changes.continuation.finish() }

    func countClosedPort() {
        self.state.withLock { $0.statistics.struck(.refused) }
        self.counted()
    }

    func listener(at elapsed: Duration) -> (closed: Bool, remaining: Duration?) {
        self.state.withLock { state in
            let since = elapsed - state.installed
            let (closed, until) = state.plan.listener(at: since)
            return (closed, until.map { $0 - since })
        }
    }

    var plan: FaultPlan { self.state.withLock { $0.plan } }

    func statistics(connections: Connections.Counts) -> JSON {
        let statistics = self.state.withLock { $0.statistics }
        return statistics.json(connections: connections)
    }

    func requests() -> JSON {
        let log = self.state.withLock { $0.log }
        return log.json
    }

    /// Forgets what was counted and drawn: the same requests then meet the same faults again.
    func reset(elapsed: Duration) {
        self.state.withLock { state in
            state.statistics.reset()
            state.log.reset()
            state.counts = [:]
            state.plan = FaultPlan(faults: state.plan.faults, percent: state.plan.mixRate * 100)
            state.installed = elapsed
        }
        self.changes.continuation.yield()
    }
}
