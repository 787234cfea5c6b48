import BelayCore
import BelayJSON
import Foundation

extension ExecutionHead {
    /// The execution as lists show it.
    public var view: JSON {
        var view: JSON = [
            "id": .string(self.id.rawValue), "agent": .string(self.agent), "version": .string(self.version),
            "state": .string(self.state.rawValue),
            "reason": self.reason.map { .string($0.rawValue) } ?? .null, "task": .string(self.task),
            "user": .string(self.user.id), "customer": self.user.customer.map { .string($0) } ?? .null,
            "session": self.session.map { .string($0.rawValue) } ?? .null, "steps": .int(Int64(self.steps)),
            "tool_calls": .int(Int64(self.toolCalls)), "usage": self.usage.view,
            "cost_usd": .string(self.cost.plainDollars), "degraded": .bool(self.isDegraded),
            "started": .string(self.started.text),
            "updated": .string(self.updated.text), "ended": self.ended.map { .string($0.text) } ?? .null,
            "last_event": .int(Int64(self.sequence)),
        ]
        if self.hasUnknownCost { view["cost_is_lower_bound"] = true }
        return view
    }
}

extension Usage {
    var view: JSON {
        [
            "fresh_input": .int(Int64(self.freshInput)), "cache_read": .int(Int64(self.cacheRead)),
            "cache_write": .int(Int64(self.cacheWrite)), "output": .int(Int64(self.output)),
            "reasoning": .int(Int64(self.reasoning)), "total": .int(Int64(self.total)),
        ]
    }
}

extension Money {
    /// The amount without a currency sign.
    package var plainDollars: String { String(self.description.filter { $0 != "$" }) }
}

extension Timestamp {
    /// RFC 3339 with milliseconds, UTC.
    public var text: String {
        // Half a millisecond more: the nearest Double may lie below, and the style cuts off.
        Date(timeIntervalSince1970: (Double(self.milliseconds) + 0.5) / 1_000)
            .formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }
}
