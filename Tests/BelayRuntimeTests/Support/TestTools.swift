import BelayCore
import BelayJSON
import BelayResilience
import BelayTools

struct OrderQuery: Codable, Sendable { var number: String }
struct RefundRequest: Codable, Sendable { var amount: Int }

/// What tools did, in the order in which they did it.
final class Deeds: Sendable {
    private let invocations = Locked<[ToolInvocation]>([])
    var all: [ToolInvocation] { self.invocations.withLock { $0 } }
    var count: Int { self.all.count }
    var keys: Set<String> { Set(self.all.map(\.idempotencyKey)) }
    func add(_ invocation: ToolInvocation) { self.invocations.withLock { $0.append(invocation) } }
}

extension Tool {
    /// A read.
    static func check(
        timeout: Duration = .seconds(30),
        _ body: @escaping @Sendable (OrderQuery) async throws -> String = { _ in "in transit" }
    ) -> Tool {
        Tool("check_order", "Looks an order up", effect: .readOnly, timeout: timeout, perform: body)
    }

    /// An effect that is counted before `body` decides what is told of it.
    static func refund(
        _ deeds: Deeds, effect: ToolEffect = .once, inDoubt: InDoubtPolicy? = nil, approval: ApprovalRule = .never,
        timeout: Duration = .seconds(30),
        _ body: @escaping @Sendable (RefundRequest) async throws -> String = { "refunded \($0.amount)" },
        probe: (@Sendable (ToolInvocation) async throws -> String?)? = nil,
        compensate: (@Sendable (ToolInvocation) async throws -> Void)? = nil
    ) -> Tool {
        Tool(
            "create_refund", "Refunds", effect: effect, inDoubt: inDoubt, approval: approval, timeout: timeout,
            perform: { (request: RefundRequest, invocation: ToolInvocation) in
                deeds.add(invocation)
                return try await body(request)
            }, probe: probe, compensate: compensate)
    }
}
