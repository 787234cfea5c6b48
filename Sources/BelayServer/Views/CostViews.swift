import BelayCore
import BelayJSON
import BelayLedger

/// Costs as clients see them: whole nano-dollars, and null where nothing can be divided or wasn't counted.
enum CostViews {
    private static let countOrNull: JSON = ["type": ["integer", "null"], "minimum": 0]
    private static let money: JSON = ["type": "integer", "description": "Nano-dollars."]
    private static let share: JSON = [
        "type": "object", "required": ["attempts", "cost_nano_usd"],
        "properties": ["attempts": Schemas.count, "cost_nano_usd": Self.money],
    ]
    static let figures: JSON = [
        "type": "object",
        "required": [
            "requests", "cached_answers", "attempts", "sessions", "usage", "cost_nano_usd", "estimated_nano_usd",
            "unpriced_nano_usd", "causes", "prompt_cache_saved_nano_usd", "answer_cache_saved_nano_usd",
        ],
        "properties": [
            "requests": Schemas.count, "cached_answers": Schemas.count, "attempts": Schemas.count,
            "sessions": Self.countOrNull, "usage": ["type": "object"], "cost_nano_usd": Self.money,
            "estimated_nano_usd": Self.money, "unpriced_nano_usd": Self.money,
            "cost_per_session_nano_usd": ["type": ["integer", "null"]],
            "cost_per_1000_requests_nano_usd": ["type": ["integer", "null"]],
            "causes": ["type": "object", "additionalProperties": Self.share],
            "prompt_cache_saved_nano_usd": Self.money, "answer_cache_saved_nano_usd": Self.money,
        ],
    ]
    static let report: JSON = [
        "type": "object", "required": ["by", "items", "more", "total", "first", "last"],
        "properties": [
            "by": ["type": "array", "items": Schemas.text],
            "items": [
                "type": "array",
                "items": [
                    "type": "object", "required": ["group", "figures"],
                    "properties": [
                        "group": ["type": "object", "additionalProperties": Schemas.textOrNull],
                        "figures": Self.figures,
                    ],
                ],
            ],
            "more": ["type": "integer", "description": "Groups that aren't listed; the total has them."],
            "total": Self.figures, "first": Self.countOrNull, "last": Self.countOrNull,
        ],
    ]
    static let projection: JSON = [
        "type": "object", "required": ["months", "assumptions", "doubts"],
        "properties": [
            "months": [
                "type": "array",
                "items": [
                    "type": "object", "required": ["users_a_day", "sessions", "cost_nano_usd"],
                    "properties": [
                        "users_a_day": Schemas.count, "sessions": Schemas.count, "cost_nano_usd": Self.money,
                    ],
                ],
            ],
            "assumptions": ["type": "object"], "doubts": ["type": "array", "items": Schemas.text],
        ],
    ]
}

extension CostReport {
    package func view(atMost limit: Int) -> JSON {
        [
            "by": .array(self.dimensions.map { .string($0.rawValue) }),
            "items": .array(self.groups.prefix(limit).map { self.view(of: $0) }),
            "more": .int(Int64(max(0, self.groups.count - limit))), "total": self.total.view,
            "first": self.first.map { .int($0.milliseconds) } ?? .null,
            "last": self.last.map { .int($0.milliseconds) } ?? .null,
        ]
    }

    private func view(of group: Group) -> JSON {
        var values = JSON.Object()
        for (dimension, value) in zip(self.dimensions, group.values) {
            values[dimension.rawValue] = value.map { .string($0) } ?? .null
        }
        return ["group": .object(values), "figures": group.figures.view]
    }
}

extension CostFigures {
    var view: JSON {
        func money(_ amount: Money?) -> JSON { amount.map { .int($0.nanoDollars) } ?? .null }
        var causes = JSON.Object()
        for cause in Spending.Cause.allCases {
            guard let share = self.causes[cause] else { continue }
            causes[cause.rawValue] = ["attempts": .int(Int64(share.attempts)), "cost_nano_usd": money(share.cost)]
        }
        return [
            "requests": .int(Int64(self.requests)), "cached_answers": .int(Int64(self.cachedAnswers)),
            "attempts": .int(Int64(self.attempts)), "sessions": self.sessions.map { .int(Int64($0)) } ?? .null,
            "usage": self.usage.view, "cost_nano_usd": money(self.cost), "estimated_nano_usd": money(self.estimated),
            "unpriced_nano_usd": money(self.unpriced), "cost_per_session_nano_usd": money(self.costPerSession),
            "cost_per_1000_requests_nano_usd": money(self.costPerThousandRequests), "causes": .object(causes),
            "prompt_cache_saved_nano_usd": money(self.promptCacheSaved),
            "answer_cache_saved_nano_usd": money(self.answerCacheSaved),
        ]
    }
}

extension CostProjection {
    package var view: JSON {
        let total = self.report.total
        let months: [JSON] = self.months.map { month in
            [
                "users_a_day": .int(Int64(month.users)), "sessions": .int(Int64(month.sessions)),
                "cost_nano_usd": .int(month.cost.nanoDollars),
            ]
        }
        let assumptions: JSON = [
            "days": .int(Int64(Self.days)), "sessions_per_user_thousandths": .int(Int64(self.sessionsPerUser)),
            "sessions_per_user_source": .string(self.source.rawValue),
            "cost_per_session_nano_usd": total.costPerSession.map { .int($0.nanoDollars) } ?? .null,
            "observed_sessions": total.sessions.map { .int(Int64($0)) } ?? .null,
            "observed_from": self.report.first.map { .int($0.milliseconds) } ?? .null,
            "observed_to": self.report.last.map { .int($0.milliseconds) } ?? .null,
            "estimated_percent": total.estimatedPercent.map { .int(Int64($0)) } ?? .null,
        ]
        return [
            "months": .array(months), "assumptions": assumptions,
            "doubts": .array(self.doubts.map { .string($0.sentence) }),
        ]
    }
}

extension CostProjection.Doubt {
    /// For people.
    package var sentence: String {
        switch self {
        case .noSessions: "No session was observed, so there is nothing to go by."
        case .tooManySessions:
            "More than \(CostReport.mostSessions) sessions, days and users are not told apart: choose a shorter time."
        case .fewSessions:
            "Fewer than \(CostProjection.enoughSessions) sessions were observed: these figures mean nothing yet."
        case .beyondMoney: "A figure of \(Money(nanoDollars: .max)) stands for that or more."
        case .shortTime: "Less than a day was observed: the course of a day isn't in these figures."
        }
    }
}
