import BelayCore
import BelayRuntime
import BelaySQLite
import BelayTools
import Logging

/// A whole runtime over a SQLite file, with a model and a read-only tool of this process.
struct Office {
    let path: String
    let concurrency: Int
    let lookUps: Int

    struct Order: Codable, Sendable { var number: String }

    struct Outcome {
        var speed: Speed
        /// Model calls and tool calls.
        var steps: Int
        var latencies: Samples
    }

    /// Runs executions and closes the store.
    func work(executions: Int) async throws -> Outcome {
        let store = try SQLiteExecutionStore(path: self.path)
        let model = InstantModel(lookUps: self.lookUps)
        var logger = Logger(label: "benchmark")
        logger.logLevel = .error
        let runtime = Runtime(
            store: store, gateway: model, options: RuntimeOptions(concurrency: self.concurrency), logger: logger)
        try runtime.register(self.agent)
        runtime.runInBackground()
        var meter = SpeedMeter()
        let last = try await self.start(executions, runtime)
        while model.finished < executions { try await Task.sleep(for: .milliseconds(1)) }
        while try await self.openExecutions(store) > 0 { try await Task.sleep(for: .milliseconds(1)) }
        let steps = executions * (self.lookUps * 2 + 1)
        meter.add(steps)
        let speed = meter.speed
        let head = try await store.head(of: last)
        await runtime.shutdown()
        try await store.close()
        guard head?.reason == .completed, head?.steps == self.lookUps + 1, head?.toolCalls == self.lookUps else {
            throw BenchmarkError(reason: "an execution did not end as it should: \(String(describing: head))")
        }
        return Outcome(speed: speed, steps: steps, latencies: model.latencies)
    }

    private var agent: Agent {
        let lookUp = Tool(StepScript.tool, "Looks an order up.", effect: .readOnly) { (order: Order) in
            StepScript.output(Int(order.number.dropFirst(2)) ?? 0)
        }
        return Agent(
            StepScript.agent, version: "1",
            instructions: "Answer questions about orders. Look up what you do not know.",
            tools: [lookUp],
            limits: ExecutionLimits(
                maxSteps: 1_000, timeout: .seconds(3_600), maxToolCalls: 1_000, maxTokens: 100_000_000),
            asksUser: false, handsOff: false)
    }

    private func start(_ count: Int, _ runtime: Runtime) async throws -> ExecutionID {
        try await withThrowingTaskGroup(of: ExecutionID.self) { group in
            for number in 0..<count {
                group.addTask {
                    try await runtime.start(
                        StartRequest(
                            agent: StepScript.agent, task: "\(number): \(StepScript.task)", user: User("u-1"))
                    ).head.id
                }
            }
            return try await group.reduce(into: ExecutionID(rawValue: "")) { $0 = max($0, $1) }
        }
    }

    private func openExecutions(_ store: SQLiteExecutionStore) async throws -> Int {
        let open = ExecutionFilter(states: Set(ExecutionState.allCases.filter { !$0.isTerminal }))
        return try await store.heads(open, after: nil, limit: 1).items.count
    }
}
