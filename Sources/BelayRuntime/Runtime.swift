import BelayCore
import BelayResilience
import BelayTools
import Logging
import ServiceLifecycle

/// Runs agents: accepts tasks, drives executions, takes answers.
///
/// It is a `Service`: `run()` drives executions until it is cancelled or shut down gracefully. All state is in the
/// store; any number of runtimes may work on one.
///
/// A graceful shutdown lets running calls go on for `RuntimeOptions.drain`. Cancelling the task of `run()` cancels them at
/// once; a tool that doesn't listen to that is waited for by one second. In both cases every execution is given back to the
/// store before `run()` returns.
public final class Runtime: Service {
    public let store: any ExecutionStore
    public let options: RuntimeOptions
    let context: NodeContext
    let node: Node
    let agents = AgentDirectory()
    let tools: ToolRegistry
    let feed = LiveFeed()
    /// The driving task of a runtime that is no service of a group; `shutdown()` awaits it.
    private let background = Locked<Task<Void, Never>?>(nil)

    /// - Parameters:
    ///   - clock: For delays inside the process.
    ///   - wallClock: For times that are stored; has to agree with the store's.
    public init(
        store: any ExecutionStore, gateway: any ModelGateway, options: RuntimeOptions = RuntimeOptions(),
        logger: Logger = Logger(label: "belay"), clock: any Clock<Duration> = ContinuousClock(),
        wallClock: any WallClock = SystemWallClock(), random: RandomSource = RandomSource()
    ) {
        self.store = store
        self.options = options
        self.tools = ToolRegistry(clock: clock) { $0.log(to: logger) }
        let timekeeper = Timekeeper(clock)
        self.context = NodeContext(
            store: store, gateway: gateway, agents: self.agents, feed: self.feed, options: options, clock: clock,
            timekeeper: timekeeper, wallClock: wallClock, random: random, logger: logger,
            trouble: StoreTrouble(timekeeper: timekeeper, logger: logger), stopping: Interruption())
        var chance = random
        self.node = Node(id: .make(at: wallClock.now, using: &chance), context: self.context)
    }

    /// Makes an agent and its tools known. The last version registered of a name is the one that new tasks get; the same
    /// version again replaces it and its tools for new tasks.
    ///
    /// The tools are this version's own: another agent, or another version, may have others of the same names.
    /// Executions that began in this process keep the tools they began with. One that is taken over from another
    /// process, or outlives this one, works with those registered last: so take what belongs to a user from the
    /// `ToolInvocation`, not from outside the closure.
    ///
    /// - Throws: `ToolRegistrationError` when a tool can't be used, or two of them have one name.
    public func register(_ agent: Agent) throws { self.agents.register(try self.equip(agent)) }

    /// Makes an agent known whose tools are registered apart.
    public func register(_ agent: AgentDefinition) {
        self.agents.register(EquippedAgent(definition: agent, tools: self.tools.pipeline(naming: agent.tools)))
    }

    /// Makes tools known that agents name. They are shared: all agents that name one have its rate and its circuit
    /// breaker in common.
    ///
    /// - Throws: `ToolRegistrationError` when a tool can't be used, or its name is taken by another shared tool: none of
    ///   the tools is added then.
    public func register(_ tools: [Tool]) throws { try self.tools.register(tools) }

    /// What became of the calls of each tool since this process started, by name.
    public var toolStatistics: [ToolStatistics] { self.tools.statistics }

    /// Logs what happens to an MCP server whose tools are registered here: an end as a warning, a restart as a notice.
    /// Pass it to the server as its observer.
    public func log(_ report: MCPReport) { report.log(to: self.context.logger) }

    func equip(_ agent: Agent) throws -> EquippedAgent {
        let definition = agent.definition
        let owner = ToolRegistry.Owner(agent: definition.name, version: definition.version)
        return EquippedAgent(
            definition: definition,
            tools: try self.tools.pipeline(for: owner, with: agent.tools, naming: definition.tools))
    }

    /// Names of the registered agents.
    public var agentNames: [String] { self.agents.names }

    /// The version of an agent that new tasks get.
    public func agent(named name: String) -> AgentDefinition? { self.agents.current(name)?.described }

    public func run() async { await self.node.run(driving: .everything) }

    /// Starts driving without a `ServiceGroup`. End it with `shutdown()`. A second call changes nothing.
    ///
    /// - Parameter scope: What is driven here; the rest stays for other processes.
    public func runInBackground(driving scope: ClaimScope = .everything) {
        self.background.withLock { task in
            if task == nil { task = Task { await self.node.run(driving: scope) } }
        }
    }

    /// Stops, and returns when everything that ran here has come to rest.
    public func shutdown() async {
        self.stop()
        await self.background.withLock { $0 }?.value
    }

    /// Returns when the runtime was asked to stop, or the task is cancelled.
    ///
    /// - Throws: `StoreError.failed` when the runtime stopped by itself: a sync of the store's file failed, so that nobody
    ///   knows what is in it. End the process; the next one reads what is really there.
    public func untilStopped() async throws { try await self.node.untilStopped() }

    /// Lets running steps finish, gives all executions back to the store and makes `run()` return.
    public func stop() { self.node.stop() }
}
