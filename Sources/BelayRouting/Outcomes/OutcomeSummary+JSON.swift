import BelayJSON

extension OutcomeSummary {
    /// As it is printed and served: money as exact text, times in milliseconds.
    package var json: JSON {
        ["paths": .array(self.paths.map(\.json)), "is_partial": .bool(self.isPartial)]
    }

    package static let schema: JSON = [
        "type": "object", "required": ["paths", "is_partial"],
        "properties": [
            "paths": [
                "type": "array",
                "items": [
                    "type": "object", "required": ["path", "calls", "judged", "success", "errors"],
                    "properties": [
                        "path": ["type": "string"], "calls": ["type": "integer"], "judged": ["type": "integer"],
                        "success": ["type": ["number", "null"]], "errors": ["type": "integer"],
                        "cost_usd": ["type": "string"], "unpriced": ["type": "integer"],
                        "p50_ms": ["type": "integer"], "p95_ms": ["type": "integer"],
                    ],
                ],
            ],
            "is_partial": [
                "type": "boolean", "description": "More calls matched than are looked at; these are the newest.",
            ],
        ],
    ]
}

extension OutcomeSummary.Path {
    package var json: JSON {
        [
            "path": JSON(self.path.description), "calls": JSON(self.calls), "judged": JSON(self.judged),
            "success": self.success.map { JSON.short($0) } ?? .null, "errors": JSON(self.errors),
            "cost_usd": JSON(self.cost.description.replacing("$", with: "")), "unpriced": JSON(self.unpriced),
            "p50_ms": JSON(self.p50.milliseconds), "p95_ms": JSON(self.p95.milliseconds),
        ]
    }
}
