import BelayCore
import BelayJSON
import BelayLedger

/// Alerts as clients see them.
enum AlertViews {
    static let alert: JSON = [
        "type": "object", "required": ["kind", "tenant", "subject", "period", "time", "times", "figures"],
        "properties": [
            "kind": ["enum": ["budget", "refusal", "call", "rate", "unknown_price"]],
            "tenant": ["type": ["string", "null"], "description": "Null for all together."],
            "subject": ["type": "string", "description": "Whom or what it is about; empty for everything."],
            "period": ["type": "integer", "description": "When the period began in which it is told once."],
            "time": ["type": "integer", "description": "When it happened first: milliseconds since 1970."],
            "times": ["type": "integer", "description": "How often in the period, as far as this server knows."],
            "figures": ["type": "object", "description": "Amounts as text with their unit."],
            "caller": ["type": ["object", "null"], "description": "Of the call that was first."],
        ],
    ]
}

extension Alert {
    package var view: JSON {
        [
            "kind": .string(self.name), "tenant": self.tenant.map { .string($0) } ?? .null,
            "subject": .string(self.subject), "period": .int(self.period.milliseconds),
            "time": .int(self.time.milliseconds), "times": .int(Int64(self.times)), "figures": self.figures,
            "caller": self.spender.map(\.alertView) ?? .null,
        ]
    }

    private var figures: JSON {
        switch self.kind {
        case .budget(let standing):
            [
                "budget": .string(standing.key.budget), "spent": .string(standing.unit.text(standing.settled)),
                "limit": .string(standing.unit.text(standing.limit)),
            ]
        case .refusal(let state):
            [
                "budget": .string(state.budget), "spent": .string(state.unit.text(state.settled)),
                "limit": .string(state.unit.text(state.limit)), "needed": .string(state.unit.text(state.needed)),
            ]
        case .call(let cost, let limit): ["cost": .string("\(cost)"), "limit": .string("\(limit)")]
        case .rate(let spent, let usual, let limit, let days):
            [
                "spent": .string("\(spent)"), "usual": .string("\(usual)"), "limit": .string("\(limit)"),
                "days": .int(Int64(days)),
            ]
        case .unknownPrice: [:]
        }
    }
}

extension Spender {
    fileprivate var alertView: JSON {
        func text(_ value: String?) -> JSON { value.map { .string($0) } ?? .null }
        return [
            "user": text(self.user), "customer": text(self.customer), "session": text(self.session),
            "agent": text(self.agent), "version": text(self.version), "task": text(self.task),
            "execution": text(self.execution),
        ]
    }
}
