extension ExecutionHead {
    /// The head of an execution that was just accepted: idle, with its first event and nothing spent.
    package init(accepted: Event.Accepted, at time: Timestamp) {
        self.init(
            id: accepted.execution, agent: accepted.agent, version: accepted.version, user: accepted.user,
            session: accepted.session, state: .idle, reason: nil, task: String(accepted.task.prefix(200)), steps: 0,
            toolCalls: 0, usage: .zero, cost: .zero, hasUnknownCost: false, isDegraded: false, started: time,
            updated: time, ended: nil,
            sequence: 1)
    }
}
