import BelayCore
import BelayModels
import BelayResilience
import BelayRuntime
import BelayTesting
import Logging

/// One process that runs Belay, from its start to its death: what ships, on a simulated store, network and clock.
struct SimulatedNode {
    /// How many attempts a model call may have, over all paths.
    static let attemptsOfACall = 6

    let process: SimulatedProcess
    let runtime: Runtime

    init(
        world: World, store: any ExecutionStore, vendors: Vendors, service: ToolService, agents: [AgentDefinition],
        plant: Plant?
    ) throws {
        let process = world.scheduler.makeProcess()
        let chance = world.chance
        let furthest = chance.pick([0, 0, 3_000, 90_000])
        let skew = Duration.milliseconds(chance.number(-furthest...furthest))
        let wallClock = WorldClock(scheduler: world.scheduler, skew: skew)
        let price = Vendors.price
        let paths = VendorKind.allCases.map { Route.Path($0.settings.name, "m") }
        let gateway = try Gateway(
            providers: VendorKind.allCases.map(\.settings),
            routes: [
                Route(
                    name: "default", paths: chance.happens(0.5) ? paths : paths.reversed(),
                    maxAttempts: Self.attemptsOfACall)
            ],
            prices: PriceTable(Dictionary(uniqueKeysWithValues: paths.map { ($0.model, price) })),
            transport: SimulatedTransport(world: world, vendors: vendors), clock: world.clock, wallClock: wallClock,
            random: RandomSource(chance))
        self.process = process
        self.runtime = Runtime(
            store: UnreliableStore(world: world, base: store),
            gateway: plant?.disguise(gateway, in: world) ?? gateway,
            options: RuntimeOptions(
                concurrency: chance.pick([1, 4, 64]), pollInterval: .milliseconds(chance.pick([500, 1_000, 3_000])),
                parallelTools: chance.pick([1, 2, 16])),
            logger: Logger(label: "\(process)") { _ in StoryLog(world: world) }, clock: world.clock,
            wallClock: wallClock, random: RandomSource(chance))
        let tools = SimulatedTool.tools(in: world, service: service)
        try self.runtime.register(plant?.disguise(tools, witness: service.witness, in: world) ?? tools)
        for agent in agents { self.runtime.register(agent) }
        world.tell("node \(process.number)", "starts, its clock is \(skew) off")
    }
}
