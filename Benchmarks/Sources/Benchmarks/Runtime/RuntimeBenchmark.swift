/// Durable steps of real executions: node, driver, machine, tool pipeline and store together.
struct RuntimeBenchmark {
    let plan: Plan
    private static let lookUps = 10

    func run() async throws -> [Figure] {
        var figures: [Figure] = []
        for concurrency in self.plan.concurrencies {
            var (steps, processor, latencies) = (Samples(), Samples(), Samples())
            for round in 0..<self.plan.rounds {
                let office = Office(
                    path: "\(self.plan.folder)/runtime-\(concurrency)-\(round).db", concurrency: concurrency,
                    lookUps: Self.lookUps)
                let outcome = try await office.work(executions: self.executions(concurrency))
                steps.append(outcome.speed.stepsPerSecond)
                processor.append(outcome.speed.processorTime)
                latencies.append(outcome.latencies)
            }
            figures += [
                Figure("runtime", "at \(concurrency), model and tool calls", steps.median, "steps/s"),
                Figure("runtime", "at \(concurrency), processor time", processor.median, "us/step"),
                Figure("runtime", "at \(concurrency), a model and a tool call, p50", latencies.percentile(50), "ms"),
                Figure("runtime", "at \(concurrency), a model and a tool call, p99", latencies.percentile(99), "ms"),
            ]
        }
        return figures
    }

    /// A run of the full plan takes some seconds.
    private func executions(_ concurrency: Int) -> Int {
        self.plan.rounds == 1 ? concurrency : concurrency == 1 ? 100 : max(400, concurrency * 5)
    }
}
