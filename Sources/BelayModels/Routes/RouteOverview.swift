import BelayCore
import BelayJSON
import BelayRouting

/// A route with what it has learned.
public struct RouteOverview: Sendable, Hashable {
    public var name: String
    public var policy: Route.Policy
    public var paths: [ModelPath]
    /// Of a route that learns: what it believes, by task and path.
    public var knowledge: [PathKnowledge]
}

extension Route.Policy {
    /// As configurations name it.
    package var word: String {
        switch self {
        case .ordered: "ordered"
        case .weighted: "weighted"
        case .learned: "learned"
        }
    }
}

extension RouteOverview {
    package var json: JSON {
        [
            "name": .string(self.name), "policy": .string(self.policy.word),
            "paths": .array(self.paths.map { .string($0.description) }),
            "knowledge": .array(self.knowledge.map(\.json)),
        ]
    }

    package static let schema: JSON = [
        "type": "object", "required": ["name", "policy", "paths", "knowledge"],
        "properties": [
            "name": ["type": "string"], "policy": ["enum": ["ordered", "weighted", "learned"]],
            "paths": ["type": "array", "items": ["type": "string"]],
            "knowledge": [
                "type": "array",
                "items": [
                    "type": "object", "required": ["task", "path", "success", "evidence", "suspended"],
                    "properties": [
                        "task": ["type": "string"], "path": ["type": "string"], "success": ["type": "number"],
                        "evidence": ["type": "number"], "cost_usd": ["type": ["number", "null"]],
                        "latency_s": ["type": ["number", "null"]], "suspended": ["type": "boolean"],
                    ],
                ],
            ],
        ],
    ]
}

extension PathKnowledge {
    package var json: JSON {
        [
            "task": .string(self.task), "path": .string(self.path.description), "success": .short(self.success),
            "evidence": .short(self.evidence), "cost_usd": self.cost.map { JSON.short($0) } ?? .null,
            "latency_s": self.latency.map { JSON.short($0) } ?? .null, "suspended": .bool(self.isSuspended),
        ]
    }
}
