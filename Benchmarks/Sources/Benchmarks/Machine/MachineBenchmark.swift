import BelayCore

/// The execution machine alone: no store, no clock, no tasks.
struct MachineBenchmark {
    let plan: Plan
    private static let steps = 40

    func run() throws -> [Figure] {
        let agent = AgentDefinition(
            name: StepScript.agent, version: "1", instructions: "Look orders up.", tools: [StepScript.tool])
        let accepted = JournalEvent(
            sequence: 1, time: Timestamp(milliseconds: 0),
            event: .accepted(
                .init(
                    execution: ExecutionID(rawValue: "exec_1"), agent: agent.name, version: "1", task: StepScript.task,
                    user: User("u-1"))))
        let events = (0..<Self.steps).flatMap(StepScript.events)
        let fold = try Stopwatch.nanoseconds(series: self.plan.rounds, atLeast: self.plan.series) {
            var execution = try Execution(accepted)
            for event in events {
                try execution.apply(
                    JournalEvent(sequence: execution.sequence + 1, time: Timestamp(milliseconds: 1), event: event))
            }
            return execution.sequence
        }
        var random = SystemRandomNumberGenerator()
        let decide = try Stopwatch.nanoseconds(series: self.plan.rounds, atLeast: self.plan.series) {
            var execution = try Execution(accepted)
            var commands = 0
            for event in events {
                if case .callModel = execution.next(at: Timestamp(milliseconds: 1), for: agent, using: &random) {
                    commands += 1
                }
                try execution.apply(
                    JournalEvent(sequence: execution.sequence + 1, time: Timestamp(milliseconds: 1), event: event))
                commands += execution.head.steps
            }
            return commands
        }
        let transitions = Double(events.count)
        return [
            Figure("machine", "transitions, folding a journal", 1e9 / fold * transitions, "events/s"),
            Figure(
                "machine", "transitions, with the next command and the head", 1e9 / decide * transitions, "events/s"),
        ]
    }
}
