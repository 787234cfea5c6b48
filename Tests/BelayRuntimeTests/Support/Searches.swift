import BelayCore
import BelayLedger
import BelayTesting
import BelayTools
import Testing

@testable import BelayRuntime

/// A tool that costs something, who asks for it, and a budget that counts it.
enum Searches {
    private struct Query: Codable, Sendable { var page: Int }

    static let price = ToolCost(Money(nanoDollars: 10_000_001))
    static let customer = User("ada", customer: "acme")

    /// Searches for ever new pages, or as many at once, and costs nothing itself.
    static func model(atOnce: Int = 1, steps: Int = .max) -> ScriptedModel {
        ScriptedModel(cost: .known(.zero)) { call in
            let step = call.request.messages.count { $0.role == .assistant }
            guard step < steps, call.request.toolChoice != .none else { return .text("Done.") }
            return .calls(
                (0..<atOnce).map { number in
                    ToolCall(id: "c\(step)_\(number)", name: "search", arguments: #"{"page": \#(step * 100 + number)}"#)
                })
        }
    }

    static func search(
        _ deeds: Deeds, _ cost: ToolCost = Self.price, effect: ToolEffect = .readOnly,
        timeout: Duration = .seconds(30), inDoubt: InDoubtPolicy? = nil,
        _ body: @escaping @Sendable (Int) async throws -> String = { "nothing on page \($0)" }
    ) -> Tool {
        var tool = Tool("search", "Searches", effect: effect, inDoubt: inDoubt, timeout: timeout) {
            (query: Query, invocation: ToolInvocation) in
            deeds.add(invocation)
            return try await body(query.page)
        }
        tool.descriptor.cost = cost
        return tool
    }

    static func ledger(_ bench: Bench, _ nanoDollars: Int64 = 1_000_000_000) -> Ledger {
        Ledger(
            budgets: [Budget("customer-day", per: .customer, limit: .money(Money(nanoDollars: nanoDollars)))],
            store: InMemoryLedgerStore(clock: bench.wallClock), node: NodeID(rawValue: "node_1"),
            options: Ledger.Options(retry: .zero), clock: bench.clock, wallClock: bench.wallClock)
    }

    static func begin(_ runtime: Runtime) async throws -> ExecutionID {
        try await runtime.start(StartRequest(agent: "support", task: "Find it", user: Self.customer)).head.id
    }

    static func rows(_ ledger: Ledger) async throws -> [LedgerRow] {
        #expect(await ledger.flush())
        #expect(try await ledger.store.verify().isSound)
        return try await ledger.store.rows(before: nil, limit: 100).map(\.row).reversed()
    }

    /// What the journal says that the calls have cost.
    static func bills(_ bench: Bench, _ id: ExecutionID) async throws -> [Event.ToolCallBilled] {
        try await bench.journal(id).events.compactMap {
            if case .toolCallBilled(let billed) = $0 { billed } else { nil }
        }
    }

    /// Passes the pauses after which an execution is tried again, until it has ended.
    static func passPauses(_ bench: Bench, of id: ExecutionID) async throws {
        while try await bench.store.head(of: id)?.ended == nil, !Task.isCancelled {
            let now = bench.wallClock.now
            // A lease that is held would look like a pause of its length.
            if let due = try await bench.store.nextDue(), due > now.advanced(by: RuntimeOptions.quick.lease) {
                bench.wallClock.advance(by: now.duration(to: due))
            }
            await Task.yield()
        }
    }
}
