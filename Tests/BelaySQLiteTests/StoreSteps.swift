import BelayCore
import BelaySQLite
import BelayTesting

/// Shorthand for the steps that tests of the file take.
struct StoreSteps: Sendable {
    let store: SQLiteExecutionStore
    let node = NodeID(rawValue: "node_one")

    static func new(_ number: Int, task: String = "Where is my order?", key: String? = nil) -> NewExecution {
        let digits = String(number)
        let id = "exe_" + String(repeating: "0", count: 26 - digits.count) + digits
        return NewExecution(
            accepted: Event.Accepted(
                execution: ExecutionID(rawValue: id), agent: "support", version: "1", task: task, user: User("ada")),
            idempotencyKey: key, requestDigest: "digest")
    }

    /// Starts executions 1 to `count` and claims them.
    func leases(_ count: Int) async throws -> [Lease] {
        for number in 1...count { _ = try await self.store.start(Self.new(number)) }
        return try await self.store.claim(by: self.node, limit: count, for: .seconds(60))
            .sorted { $0.execution < $1.execution }
    }

    func append(_ event: Event, under lease: Lease, expecting sequence: Int) async throws {
        guard var head = try await self.store.head(of: lease.execution) else {
            throw StoreError.executionNotFound(lease.execution)
        }
        head.state = .thinking
        head.sequence = sequence + 1
        _ = try await self.store.append(
            Transition(lease: lease, expectedSequence: sequence, events: [event], head: head, after: .keep))
    }

    /// An event with a text of its own.
    static func result(_ number: Int, length: Int = 100) -> Event {
        let text = String(repeating: "\(number) ", count: max(length / (String(number).count + 1), 1))
        return .toolCallSucceeded(Event.ToolCallSucceeded(callID: "call_\(number)", output: text, milliseconds: 1))
    }

    func journal(_ lease: Lease) async throws -> [JournalEvent] {
        try await self.store.journal(of: lease.execution, after: 0, limit: 10_000)
    }
}
