import BelayCore
import BelayTesting
import Testing

/// The table of `docs/executions.md`: each limit and each shape of a loop, with the reason it ends with and what the
/// summary says when no model helps.
struct EndingTableTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var name: String
        var limits: ExecutionLimits
        /// The calls of the n-th answer.
        var calls: @Sendable (Int) -> [ToolCall]
        var output: @Sendable (Int) -> String = { "found \($0)" }
        var reason: TerminationReason
        var steps: Int
        var says: String

        var testDescription: String { self.name }
    }

    private static let wide = ExecutionLimits(
        maxSteps: 1_000, timeout: .seconds(100_000), maxToolCalls: 1_000, maxTokens: .max,
        maxCost: Money(nanoDollars: .max))

    private static func wide(_ change: (inout ExecutionLimits) -> Void) -> ExecutionLimits {
        var limits = Self.wide
        change(&limits)
        return limits
    }

    private static func call(_ step: Int, _ name: String, _ arguments: String) -> ToolCall {
        ToolCall(id: "c\(step)-\(name)-\(arguments.count)", name: name, arguments: arguments)
    }

    private static func growing(_ step: Int) -> String { "{\"query\":\"\(String(repeating: "x", count: step))\"}" }

    private static let differing: @Sendable (Int) -> [ToolCall] = { [.check("c\($0)", number: "\($0)")] }

    static let rows = [
        Row(
            name: "steps", limits: Self.wide { $0.maxSteps = 4 }, calls: Self.differing, reason: .maxSteps, steps: 4,
            says: "4 steps taken, the limit is 4"),
        Row(
            name: "time", limits: Self.wide { $0.timeout = .seconds(3) }, calls: Self.differing, reason: .timeout,
            steps: 5, says: "the limit is 3000 ms"),
        Row(
            name: "tool calls", limits: Self.wide { $0.maxToolCalls = 6 }, calls: Self.differing,
            reason: .maxToolCalls, steps: 6, says: "6 tool calls made, the limit is 6"),
        Row(
            name: "cost", limits: Self.wide { $0.maxCost = Money(microDollars: 300) }, calls: Self.differing,
            reason: .budget, steps: 3, says: "the limit is $0.0003"),
        Row(
            name: "tokens", limits: Self.wide { $0.maxTokens = 240 }, calls: Self.differing, reason: .maxTokens,
            steps: 2, says: "the limit is 240"),
        Row(
            name: "the same call", limits: Self.wide, calls: { [Self.call($0, "check_order", "{}")] },
            output: { _ in "pending" }, reason: .loop, steps: 3, says: "check_order was called 3 times in a row"),
        Row(
            name: "the same call, other results", limits: Self.wide, calls: { [Self.call($0, "check_order", "{}")] },
            reason: .loop, steps: 9, says: "check_order was called 9 times in a row with the same arguments"),
        Row(
            name: "the same call three times in one answer", limits: Self.wide,
            calls: { step in (0..<3).map { ToolCall(id: "c\(step)-\($0)", name: "check_order", arguments: "{}") } },
            output: { _ in "pending" }, reason: .loop, steps: 1, says: "check_order was called 3 times in a row"),
        Row(
            name: "a cycle of two", limits: Self.wide,
            calls: { [Self.call($0, $0 % 2 == 0 ? "check_order" : "search", "{}")] }, output: { "\($0 % 2)" },
            reason: .loop, steps: 6, says: "the calls check_order, search were repeated 3 times in a row"),
        Row(
            name: "ping-pong, other results", limits: Self.wide,
            calls: { [Self.call($0, $0 % 2 == 0 ? "check_order" : "search", "{}")] }, reason: .loop, steps: 18,
            says: "the calls check_order, search were repeated 9 times in a row"),
        Row(
            name: "growing arguments", limits: ExecutionLimits(maxCost: Money(nanoDollars: .max)),
            calls: { [Self.call($0, "check_order", Self.growing($0))] }, reason: .loop, steps: 9,
            says: "check_order was called 9 times in a row with arguments that only grew"),
        Row(
            name: "ping-pong, growing arguments", limits: Self.wide,
            calls: { [Self.call($0, $0 % 2 == 0 ? "check_order" : "search", Self.growing($0))] }, reason: .loop,
            steps: 18, says: "the calls check_order, search were repeated 9 times in a row with arguments that only"),
        Row(
            name: "pages", limits: ExecutionLimits(maxCost: Money(nanoDollars: .max)),
            calls: { [Self.call($0, "check_order", "{\"offset\":\($0 * 50)}")] }, output: { _ in "no" },
            reason: .maxSteps, steps: 20, says: "20 steps taken, the limit is 20"),
    ]

    @Test(arguments: Self.rows) func endsWithItsReasonAndAUsefulSummary(row: Row) throws {
        var fold = try Fold(agent: .sample(limits: row.limits))
        for step in 0..<200 {
            guard try fold.settle().plan?.purpose == .step else { break }
            let calls = row.calls(step)
            try fold.answer([.text("Looking.")] + calls.map(Content.toolCall), stop: .toolUse, milliseconds: 500)
            for call in calls { try fold.succeed(call.id, output: row.output(step)) }
        }
        // Where there is time and money for it, a model is asked to sum up; here none answers.
        if try fold.settle().plan?.purpose == .summary { try fold.failModel(.overloaded) }
        #expect(try fold.settle().isEnd)
        #expect(fold.execution.reason == row.reason)
        #expect(fold.execution.steps == row.steps)
        let output = try #require(fold.execution.completed?.output)
        #expect(
            output.contains(row.says) && output.contains("Carried out: ") && output.contains("check_order"), "\(output)"
        )
        #expect(fold.journal.count(.loopDetected) == (row.reason == .loop ? 1 : 0))
        try fold.journal.requireSound()
    }
}
