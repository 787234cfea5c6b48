import BelayCore
import BelayJSON
import BelayResilience

@testable import BelayTools

/// A handler that does what a test says.
struct ScriptedHandler: ToolHandler {
    var onCall: @Sendable (ToolInvocation) async throws -> String = { _ in "ok" }
    var onProbe: @Sendable (ToolInvocation) async throws -> String? = { _ in nil }
    var onCompensate: @Sendable (ToolInvocation) async throws -> Void = { _ in }

    func call(_ invocation: ToolInvocation) async throws -> String { try await self.onCall(invocation) }
    func probe(_ invocation: ToolInvocation) async throws -> String? { try await self.onProbe(invocation) }
    func compensate(_ invocation: ToolInvocation) async throws { try await self.onCompensate(invocation) }
}

extension ToolDescriptor {
    /// A refund of an amount: the tool that most tests are about.
    static func refund(_ effect: ToolEffect = .once) -> ToolDescriptor {
        ToolDescriptor(
            name: "create_refund", description: "Refunds an order",
            parameters: [
                "type": "object", "properties": ["order": ["type": "string"], "amount": ["type": "number"]],
                "required": ["order"], "additionalProperties": false,
            ], effect: effect)
    }
}

extension ToolInvocation {
    static let sample = ToolInvocation(
        execution: ExecutionID(rawValue: "exe_1"), callID: "call_1", arguments: ["order": "A-1", "amount": 20],
        idempotencyKey: "key-1", user: User("ada"))
}

extension ToolPipeline {
    /// The road of an agent that has these tools.
    static func of(
        _ tools: [Tool], breaker: CircuitBreakerPolicy = CircuitBreakerPolicy(),
        clock: any Clock<Duration> = ContinuousClock(), report: @escaping @Sendable (ToolReport) -> Void = { _ in }
    ) throws -> ToolPipeline {
        try ToolRegistry(breaker: breaker, clock: clock, report: report).pipeline(
            for: .init(agent: "support", version: "1"), with: tools, naming: tools.map(\.name))
    }
}

extension ToolAttempt {
    var failure: ToolFailure? { if case .failed(let failure, _) = self.execution { failure } else { nil } }
    var output: String? { if case .succeeded(let output, _, _) = self.execution { output } else { nil } }
}

/// Reports of a pipeline or a server, as they came.
final class Reports<Report: Sendable>: Sendable {
    private let reports = Locked<[Report]>([])
    var all: [Report] { self.reports.withLock { $0 } }
    func add(_ report: Report) { self.reports.withLock { $0.append(report) } }
}
