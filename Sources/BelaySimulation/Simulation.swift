import BelayCore
import BelayRuntime
import BelayTesting

/// Runs one world from a seed: the real runtime over a simulated store, network, clock and people, with faults at every
/// await and processes that die between any two steps; and checks what Belay promises.
package struct Simulation: Sendable {
    package var seed: UInt64
    package var plant: Plant?

    /// When faults end and everything has to come to its end within `patience`.
    private static let latestCalm = 180
    private static let patience = Duration.seconds(3_600)
    private static let maxTurns = 3_000_000

    package init(seed: UInt64, plant: Plant? = nil) {
        self.seed = seed
        self.plant = plant
    }

    /// Runs the world; if it breaks a promise, once more, to hear its story.
    package func run() -> Verdict {
        let verdict = self.run(tellsStory: false)
        guard verdict.violation != nil else { return verdict }
        var told = self.run(tellsStory: true)
        if told.fingerprint != verdict.fingerprint || told.violation != verdict.violation {
            told.violation = "\(verdict.violation ?? "") (and the seed doesn't repeat: \(told.violation ?? "nothing"))"
        }
        return told
    }

    package func run(tellsStory: Bool) -> Verdict {
        let world = World(seed: self.seed, tellsStory: tellsStory)
        let truth: any ExecutionStore = InMemoryExecutionStore(clock: world.wallClock)
        let witness = Witness(world: world, base: self.plant?.disguise(store: truth, in: world) ?? truth)
        let vendors = Vendors(world: world)
        witness.vendors = vendors
        let client = self.plant?.disguise(client: witness, in: world) ?? witness
        let service = ToolService(world: world, witness: witness)
        let agents = Self.agents(by: world.chance, purses: Chance(seed: self.seed ^ 0xB0D6E7))
        let fleet = Fleet(world: world) { [unowned world] in
            try SimulatedNode(
                world: world, store: client, vendors: vendors, service: service, agents: agents, plant: self.plant)
        }
        world.scheduler.beforeTurn = { [unowned fleet] in fleet.tick() }
        world.scheduler.laziness = world.chance.pick([nil, 20, 200])
        let ending = world.scheduler.run(atMost: Self.maxTurns) {
            world.isOver || world.violation != nil
        } starting: {
            fleet.start()
            self.populate(world, fleet, witness, service, agents: agents.map(\.name))
        }
        if ending == .stuck { world.violate("nothing is ready and nobody sleeps") }
        if ending == .outOfTurns { world.violate("it goes on and on: \(Self.maxTurns) turns") }
        self.examine(world, witness, service)
        let fingerprint = world.scheduler.fingerprint
        if !world.scheduler.drain() { world.violate("tasks go on after the end of the world") }
        world.scheduler.beforeTurn = {}
        return Verdict(
            seed: self.seed, plant: self.plant, violation: world.violation, story: world.story.lines,
            tally: world.tally, turns: world.scheduler.turns, time: world.now, fingerprint: fingerprint)
    }

    private func populate(
        _ world: World, _ fleet: Fleet, _ witness: Witness, _ service: ToolService, agents: [String]
    ) {
        let customers = (1...world.chance.number(1...4)).map {
            Customer(number: $0, world: world, fleet: fleet, agents: agents)
        }
        let served = Served()
        for customer in customers {
            world.scheduler.start(in: .world) {
                do { try await customer.live() } catch { return }  // The world is over.
                served.count += 1
            }
        }
        let staff = Staff(world: world, fleet: fleet, witness: witness, service: service)
        world.scheduler.start(in: .world) { await staff.work() }
        let calm = Duration.seconds(world.chance.number(20...Self.latestCalm))
        world.scheduler.start(in: .world) {
            do {
                try await world.scheduler.sleep(until: calm)
                world.tell("world", "the faults are over")
                world.isCalm = true
                world.weather = .calm
                fleet.calm()
                while served.count < customers.count || !witness.isQuiet || world.observers > 0 {
                    try await world.scheduler.sleep(for: .seconds(1))
                    guard world.now > calm + Self.patience else { continue }
                    return world.violate(
                        "\(Self.patience) after the last fault not everything has ended: \(witness.restlessness), "
                            + "\(world.observers) observers, \(customers.count - served.count) customers")
                }
                world.isOver = true
            } catch {
                return  // The world is over.
            }
        }
    }

    /// The checks of a world that is over. The store is asked for the last time, on this thread and at once.
    private func examine(_ world: World, _ witness: Witness, _ service: ToolService) {
        guard world.violation == nil else { return }
        let done = Served()
        _ = world.scheduler.run(atMost: .max) {
            done.count == 1
        } starting: {
            world.scheduler.beforeTurn = {}
            world.scheduler.start(in: .world) {
                do { try await witness.examine() } catch { world.violate("the journals can't be read: \(error)") }
                service.examine()
                done.count = 1
            }
        }
    }

    /// - Parameter purses: Draws how much may be spent, apart from the rest, so that other worlds stay what they were.
    private static func agents(by chance: Chance, purses: Chance) -> [AgentDefinition] {
        (1...chance.number(1...3)).map { number in
            let tools = SimulatedTool.Kind.allCases.map(\.rawValue).filter { _ in chance.happens(0.7) }
            var limits = ExecutionLimits(
                maxSteps: chance.pick([3, 8, 20]), timeout: .seconds(chance.pick([60, 300])),
                maxToolCalls: chance.pick([4, 50]), maxModelPauses: chance.number(1...3))
            // An answer has 11 to 600 tokens and costs up to 120,000 nano-dollars.
            if purses.happens(0.2) { limits.maxTokens = purses.pick([100, 800, 3_000]) }
            // A tool costs 900,001, and a model may cost 1,600,000 for an answer.
            if purses.happens(0.2) {
                limits.maxCost = Money(nanoDollars: purses.pick([20_000, 150_000, 500_000, 4_000_000]))
            }
            if purses.happens(0.3) { limits.atLimit = .ask }
            let compaction =
                purses.happens(0.3)
                ? CompactionPolicy(contextTokens: purses.pick([150, 400]), keepTurns: 1) : CompactionPolicy()
            return AgentDefinition(
                name: "agent-\(number)", version: "1", instructions: "Do what is asked.", tools: tools, limits: limits,
                plans: chance.happens(0.2), waitExpiry: .seconds(chance.pick([100, 600, 86_400])),
                compaction: compaction)
        }
    }
}

/// How many are done.
private final class Served: @unchecked Sendable {  // Touched on the simulation's thread only.
    var count = 0
}
