import BelayCore
import BelayJSON
import BelayLedger

/// Budgets as clients see them: amounts as text with their unit, beside whole numbers of nano-dollars or tokens.
enum BudgetViews {
    static let standing: JSON = [
        "type": "object",
        "required": ["budget", "tenant", "subject", "period", "unit", "limit", "settled", "reserved"],
        "properties": [
            "budget": Schemas.text, "per": Schemas.text, "tenant": Schemas.text, "subject": Schemas.text,
            "period": ["type": "integer", "description": "When it began: milliseconds since 1970."],
            "resets": ["type": ["integer", "null"], "description": "When it begins anew."],
            "unit": ["enum": ["money", "tokens"]], "limit": Schemas.text, "settled": Schemas.text,
            "reserved": Schemas.text, "limit_units": Schemas.count, "settled_units": Schemas.count,
            "reserved_units": Schemas.count,
        ],
    ]
    static let override: JSON = [
        "type": "object", "required": ["budget", "tenant", "subject", "limit", "by", "created"],
        "properties": [
            "budget": Schemas.text, "tenant": Schemas.text, "subject": Schemas.textOrNull, "limit": Schemas.textOrNull,
            "expires": ["type": ["integer", "null"]], "by": Schemas.text, "reason": Schemas.text,
            "created": Schemas.count,
        ],
    ]
    static let line: JSON = [
        "type": "object", "required": ["number", "time", "kind", "end", "cause", "path", "charged_nano_usd", "tokens"],
        "properties": [
            "number": Schemas.count, "time": Schemas.count, "kind": Schemas.text, "end": Schemas.text,
            "cause": Schemas.text, "path": Schemas.text, "charged_nano_usd": Schemas.count,
            "cost_nano_usd": ["type": ["integer", "null"], "description": "Null when it isn't known."],
            "saved_nano_usd": [
                "type": "integer", "description": "What the provider's cache spared, or of kind `cached` Belay's own.",
            ], "calls": ["type": "integer", "description": "How many answers of the cache a line stands for."],
            "is_estimate": ["type": "boolean"], "tokens": Schemas.count, "usage": ["type": "object"],
            "price_version": Schemas.textOrNull, "tenant": Schemas.text, "user": Schemas.textOrNull,
            "customer": Schemas.textOrNull, "session": Schemas.textOrNull, "agent": Schemas.textOrNull,
            "version": Schemas.textOrNull, "task": Schemas.textOrNull, "execution": Schemas.textOrNull,
        ],
    ]
    static let verdict: JSON = [
        "type": "object", "required": ["sound", "accounts", "lines", "faults"],
        "properties": [
            "sound": ["type": "boolean"], "accounts": Schemas.count, "lines": Schemas.count,
            "reserved": Schemas.text, "faults": ["type": "array", "items": Schemas.text],
        ],
    ]
}

extension AccountStanding {
    package func view(of budgets: [Budget]) -> JSON {
        let budget = budgets.first { $0.name == self.key.budget }
        let resets = budget?.period.end(from: self.key.period)
        return [
            "budget": .string(self.key.budget), "per": (budget?.scope.rawValue).map { .string($0) } ?? .null,
            "tenant": .string(self.key.tenant), "subject": .string(self.key.subject),
            "period": .int(self.key.period.milliseconds), "resets": resets.map { .int($0.milliseconds) } ?? .null,
            "unit": .string(self.unit.rawValue), "limit": .string(self.unit.text(self.limit)),
            "settled": .string(self.unit.text(self.settled)), "reserved": .string(self.unit.text(self.reserved)),
            "limit_units": .int(self.limit), "settled_units": .int(self.settled), "reserved_units": .int(self.reserved),
        ]
    }
}

extension BudgetOverride {
    package var view: JSON {
        [
            "budget": .string(self.budget), "tenant": .string(self.tenant),
            "subject": self.subject.map { .string($0) } ?? .null,
            "limit": self.units.map { .string(self.unit.text($0)) } ?? .null,
            "expires": self.expires.map { .int($0.milliseconds) } ?? .null, "by": .string(self.author),
            "reason": .string(self.reason), "created": .int(self.created.milliseconds),
        ]
    }
}

extension NumberedRow {
    package var view: JSON {
        let (row, spender, spending) = (self.row, self.row.spender, self.row.spending)
        func text(_ value: String?) -> JSON { value.map { .string($0) } ?? .null }
        var isEstimate = false
        if case .estimated = spending.cost { isEstimate = true }
        return [
            "number": .int(self.number), "time": .int(row.time.milliseconds), "kind": .string(row.kind.rawValue),
            "end": .string(spending.end.rawValue), "cause": .string(row.purpose.cause.rawValue),
            "path": .string(row.purpose.path), "charged_nano_usd": .int(row.amount.money.nanoDollars),
            "cost_nano_usd": spending.cost.amount.map { .int($0.nanoDollars) } ?? .null,
            "saved_nano_usd": .int(spending.saved.nanoDollars), "calls": .int(Int64(row.calls)),
            "is_estimate": .bool(isEstimate), "tokens": .int(row.amount.tokens), "usage": spending.usage.view,
            "price_version": text(spending.priceVersion), "tenant": .string(spender.tenant),
            "user": text(spender.user), "customer": text(spender.customer), "session": text(spender.session),
            "agent": text(spender.agent), "version": text(spender.version), "task": text(spender.task),
            "execution": text(spender.execution),
        ]
    }
}

extension LedgerVerdict {
    package var view: JSON {
        [
            "sound": .bool(self.isSound), "accounts": .int(Int64(self.accounts)), "lines": .int(Int64(self.rows)),
            "reserved": .string("\(self.reserved.money)"), "reserved_tokens": .int(self.reserved.tokens),
            "faults": .array(self.faults.map { .string($0) }),
        ]
    }
}
