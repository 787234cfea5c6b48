import BelayJSON
import BelayResilience

/// Rates as clients see them, in the words of `belay.yaml`.
enum RateViews {
    static let page: JSON = [
        "type": "object", "required": ["rates", "items", "next"],
        "properties": [
            "rates": ["type": "array", "items": Self.rate], "items": ["type": "array", "items": Self.count],
            "next": ["type": "null"],
        ],
    ]
    private static let scope: JSON = ["enum": .array(RatePolicy.Scope.allCases.map { .string($0.rawValue) })]
    private static let number: JSON = ["type": "integer", "minimum": 1]
    private static let rate: JSON = [
        "type": "object", "required": ["rate", "per", "when_exceeded"],
        "properties": [
            "rate": Schemas.text, "per": Self.scope, "requests_per_minute": Self.number, "burst": Self.number,
            "tokens_per_minute": Self.number, "sessions_per_hour": Self.number, "concurrent_requests": Self.number,
            "concurrent_executions": Self.number, "when_exceeded": ["enum": ["refuse", "queue"]],
            "max_wait_ms": Schemas.count,
        ],
    ]
    private static let count: JSON = [
        "type": "object", "required": ["rate", "per", "tenant", "name", "counts", "limit", "remaining", "used"],
        "properties": [
            "rate": Schemas.text, "per": Self.scope, "tenant": Schemas.text, "name": Schemas.text,
            "counts": ["enum": .array(RatePolicy.Dimension.allCases.map { .string($0.key) })],
            "limit": Self.number,
            "remaining": ["type": "integer", "minimum": 0, "description": "What may be taken at this moment."],
            "used": [
                "type": "number", "minimum": 0,
                "description":
                    "The share that is taken of what may be taken at once; above 1 where it is more than may be.",
            ],
        ],
    ]
}

extension RatePolicy.Dimension {
    /// Its key in `belay.yaml`.
    fileprivate var key: String {
        switch self {
        case .requests: "requests_per_minute"
        case .tokens: "tokens_per_minute"
        case .sessions: "sessions_per_hour"
        case .concurrent: "concurrent_requests"
        case .executions: "concurrent_executions"
        }
    }
}

extension RatePolicy {
    package var view: JSON {
        var view: JSON = [
            "rate": .string(self.name), "per": .string(self.scope.rawValue),
            "when_exceeded": self.maxWait > .zero ? "queue" : "refuse",
        ]
        let limits: [(Dimension, Int?)] = [
            (.requests, self.requests?.amount), (.tokens, self.tokens?.amount), (.sessions, self.sessions?.amount),
            (.concurrent, self.concurrent), (.executions, self.executions),
        ]
        for (dimension, limit) in limits { if let limit { view[dimension.key] = .int(Int64(limit)) } }
        if let burst = self.requests?.burst { view["burst"] = .int(Int64(burst)) }
        if self.maxWait > .zero { view["max_wait_ms"] = .int(Int64(self.maxWait / .milliseconds(1))) }
        return view
    }
}

extension RateCount {
    package var view: JSON {
        [
            "rate": .string(self.standing.policy), "per": .string(self.scope.rawValue),
            "tenant": .string(self.tenant), "name": .string(self.name),
            "counts": .string(self.standing.dimension.key), "limit": .int(Int64(self.standing.limit)),
            "remaining": .int(Int64(self.standing.remaining)), "used": JSON((self.share * 10_000).rounded() / 10_000),
        ]
    }
}
