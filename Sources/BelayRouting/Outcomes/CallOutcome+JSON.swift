import BelayCore
import BelayJSON

/// The form of a line: what isn't set is left out; times in milliseconds, money in nano-dollars.
extension CallOutcome {
    package var json: JSON {
        var object: JSON.Object = ["id": JSON(self.id)]
        if self.revision > 0 { object["revision"] = JSON(self.revision) }
        object["task"] = JSON(self.task)
        object["path"] = JSON(self.path.description)
        object["time"] = JSON(self.time.milliseconds)
        if let success = self.success { object["success"] = JSON(success) }
        object["latency_ms"] = JSON(self.latency.milliseconds)
        if let cost = self.cost { object["cost_nano_usd"] = JSON(cost.nanoDollars) }
        if self.usage != .zero { object["usage"] = self.usage.outcomeJSON }
        if let error = self.error { object["error"] = JSON(error.rawValue) }
        if self.context != OutcomeContext() { object["context"] = self.context.json }
        if let decision = self.decision { object["decision"] = decision.json }
        if self.tenant != User.defaultTenant { object["tenant"] = JSON(self.tenant) }
        return .object(object)
    }

    package init(json: JSON) throws(RoutingFormatError) {
        let reader = try FieldReader(json, of: "An outcome")
        try reader.allow([
            "id", "revision", "task", "path", "time", "success", "latency_ms", "cost_nano_usd", "usage", "error",
            "context", "decision", "tenant",
        ])
        let success = try reader.optionalSuccess("success")
        let error = try reader.optional("error", "the name of a kind of failure") {
            $0.stringValue.flatMap(ModelFailure.Kind.init(rawValue:))
        }
        self.init(
            id: try reader.name("id"), revision: try reader.count("revision") ?? 0, task: try reader.name("task"),
            path: try reader.path("path"),
            time: try reader.required("time", "milliseconds since 1970, a whole number") {
                $0.intValue.map { Timestamp(milliseconds: Int64($0)) }
            },
            success: success,
            latency: try reader.required("latency_ms", "milliseconds, a whole number from 0") {
                $0.intValue.flatMap { (0...(1 << 50)).contains($0) ? .milliseconds($0) : nil }
            },
            cost: try reader.count("cost_nano_usd").map { Money(nanoDollars: Int64($0)) },
            usage: try reader.nested("usage", Usage.init(outcomeJSON:)) ?? .zero, error: error,
            context: try reader.nested("context", OutcomeContext.init(json:)) ?? OutcomeContext(),
            decision: try reader.nested("decision", RoutingDecision.init(json:)),
            tenant: try reader.optional("tenant", "a text") { $0.stringValue } ?? User.defaultTenant)
    }
}

extension OutcomeContext {
    var json: JSON {
        var object: JSON.Object = ["input": JSON(self.inputSize.rawValue), "tools": JSON(self.hasTools)]
        if let language = self.language { object["language"] = JSON(language) }
        return .object(object)
    }

    init(json: JSON) throws(RoutingFormatError) {
        let reader = try FieldReader(json, of: "`context`")
        try reader.allow(["input", "tools", "language"])
        let sizes = InputSize.allCases.map(\.rawValue).joined(separator: ", ")
        self.init(
            inputSize: try reader.optional("input", "one of \(sizes)") {
                $0.stringValue.flatMap(InputSize.init(rawValue:))
            } ?? .short,
            hasTools: try reader.optional("tools", "true or false") { $0.boolValue } ?? false,
            language: try reader.optional("language", "a language tag of 1 to \(Self.longestLanguage) bytes") {
                $0.stringValue.flatMap { (1...Self.longestLanguage).contains($0.utf8.count) ? $0 : nil }
            })
    }
}

extension Usage {
    fileprivate var outcomeJSON: JSON {
        let buckets = [
            ("input", self.freshInput), ("cache_read", self.cacheRead), ("cache_write", self.cacheWrite),
            ("output", self.output), ("reasoning", self.reasoning),
        ]
        return .object(JSON.Object(buckets.filter { $0.1 != 0 }.map { (key: $0.0, value: JSON($0.1)) }))
    }

    fileprivate init(outcomeJSON json: JSON) throws(RoutingFormatError) {
        let reader = try FieldReader(json, of: "`usage`")
        try reader.allow(["input", "cache_read", "cache_write", "output", "reasoning"])
        self.init(
            freshInput: try reader.count("input") ?? 0, cacheRead: try reader.count("cache_read") ?? 0,
            cacheWrite: try reader.count("cache_write") ?? 0, output: try reader.count("output") ?? 0,
            reasoning: try reader.count("reasoning") ?? 0)
    }
}
