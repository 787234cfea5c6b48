import BelayJSON
import BelayYAML

/// Reads the parts of a scenario file.
enum ScenarioReader {
    static func scenario(_ node: ScenarioNode) throws -> MockScenario {
        let fields = try node.fields([
            "models", "rules", "reply", "latency", "faults", "faults_percent", "seed", "headers",
        ])
        var scenario = MockScenario()
        scenario.models = try fields["models"]?.items { try self.model($0) } ?? []
        scenario.rules = try fields["rules"]?.items { try self.rule($0) } ?? []
        if let reply = fields["reply"] { scenario.reply = try self.reply(reply, captures: []) }
        scenario.latency = try fields["latency"].map { try self.latency($0) } ?? Latency()
        scenario.faults = try fields["faults"]?.items { try FaultReader.fault($0) } ?? []
        scenario.faultsPercent = try fields["faults_percent"]?.number(in: 0...100) ?? 0
        scenario.seed = try fields["seed"].map { UInt64(try $0.integer(in: 0...Int.max)) } ?? 1
        scenario.headers = try fields["headers"]?.members().map { try self.header($0.key, $0.value) } ?? []
        return scenario
    }

    private static func header(_ name: String, _ node: ScenarioNode) throws -> (name: String, value: String) {
        let value = try node.string()
        // What ends a line would begin another header.
        guard !name.isEmpty, name.utf8.allSatisfy(Self.isTokenByte), value.utf8.allSatisfy({ 0x20...0x7E ~= $0 }) else {
            throw node.error("a header has a name of letters, digits and hyphens, and a value of printable ASCII")
        }
        return (name, value)
    }

    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
            true
        default: false
        }
    }

    private static func model(_ node: ScenarioNode) throws -> MockScenario.Model {
        guard node.isMapping else { return MockScenario.Model(name: try node.string()) }
        let fields = try node.fields(["name", "latency", "context_tokens"])
        guard let name = fields["name"] else { throw node.error("a model needs a name") }
        return MockScenario.Model(
            name: try name.string(), latency: try fields["latency"].map { try self.latency($0) } ?? Latency(),
            contextTokens: try fields["context_tokens"]?.integer(in: 1...1_000_000_000))
    }

    // Rules

    private static func rule(_ node: ScenarioNode) throws -> Rule {
        let fields = try node.fields(["name", "when", "reply", "replies", "by"])
        let condition = try fields["when"].map { try self.condition($0) } ?? Condition()
        let captures = condition.captureNames
        let sequence = try fields["by"]?.choice(Rule.Sequence.self) ?? .turn
        switch (fields["reply"], fields["replies"]) {
        case (let reply?, nil):
            return Rule(condition: condition, replies: [try self.reply(reply, captures: captures)], sequence: sequence)
        case (nil, let list?):
            let replies = try list.items { try self.reply($0, captures: captures) }
            guard !replies.isEmpty else { throw list.error("must have at least one reply") }
            return Rule(condition: condition, replies: replies, sequence: sequence)
        case (nil, nil):
            throw node.error("a rule needs 'reply' or 'replies'")
        case (_?, _?):
            throw node.error("a rule has either 'reply' or 'replies', not both")
        }
    }

    private static func condition(_ node: ScenarioNode) throws -> Condition {
        let fields = try node.fields([
            "model", "protocol", "stream", "system", "task", "last_message", "any_message", "tool_result", "last_role",
            "tool", "turn", "step", "tools_offered",
        ])
        return Condition(
            models: try self.patterns(fields["model"]),
            wire: try fields["protocol"]?.choice(),
            streams: try fields["stream"]?.boolean(),
            system: try fields["system"].map { try self.textMatch($0) },
            task: try fields["task"].map { try self.textMatch($0) },
            lastMessage: try fields["last_message"].map { try self.textMatch($0) },
            anyMessage: try fields["any_message"].map { try self.textMatch($0) },
            toolResult: try fields["tool_result"].map { try self.textMatch($0) },
            lastRole: try fields["last_role"]?.choice(),
            tools: try self.strings(fields["tool"]),
            turn: try fields["turn"].map { try self.range($0) },
            step: try fields["step"].map { try self.range($0) },
            toolsOffered: try self.strings(fields["tools_offered"]))
    }

    private static func textMatch(_ node: ScenarioNode) throws -> TextMatch {
        guard node.isMapping else { return TextMatch(contains: try self.strings(node).map { $0.lowercased() }) }
        let fields = try node.fields(["contains", "lacks", "matches"])
        guard !fields.isEmpty else { throw node.error("needs at least one of contains, lacks, matches") }
        var match = TextMatch(
            contains: try self.strings(fields["contains"]).map { $0.lowercased() },
            lacks: try self.strings(fields["lacks"]).map { $0.lowercased() })
        if let source = fields["matches"] {
            let text = try source.string()
            guard let pattern = try? Pattern(text) else {
                throw source.error("'\(text)' is no regular expression")
            }
            match.pattern = pattern
        }
        return match
    }

    private static func range(_ node: ScenarioNode) throws -> ClosedRange<Int> {
        guard node.isMapping else {
            let value = try node.integer(in: 0...1_000_000)
            return value...value
        }
        let fields = try node.fields(["min", "max"])
        let low = try fields["min"]?.integer(in: 0...1_000_000) ?? 0
        let high = try fields["max"]?.integer(in: 0...1_000_000) ?? 1_000_000
        guard low <= high else { throw node.error("min is greater than max") }
        return low...high
    }

    static func strings(_ node: ScenarioNode?) throws -> [String] {
        try node?.oneOrMore().map { try $0.string() } ?? []
    }

    static func patterns(_ node: ScenarioNode?) throws -> [NamePattern] {
        try self.strings(node).map { NamePattern(text: $0) }
    }

    // Replies

    private static func reply(_ node: ScenarioNode, captures: [String]) throws -> Reply {
        guard node.isMapping else {
            let reply = Reply(text: try node.template())
            try self.check(reply, captures: captures, at: node)
            return reply
        }
        let fields = try node.fields([
            "text", "json", "refusal", "tool_calls", "stop_reason", "usage", "latency", "chunk_size",
        ])
        var reply = Reply(
            text: try fields["text"]?.template(), json: try fields["json"]?.json(),
            refusal: try fields["refusal"]?.template())
        reply.toolCalls = try fields["tool_calls"]?.items { try self.toolCall($0) } ?? []
        reply.stop = try fields["stop_reason"]?.choice()
        reply.usage = try fields["usage"].map { try self.usage($0) } ?? Reply.Usage()
        reply.latency = try fields["latency"].map { try self.latency($0) } ?? Latency()
        reply.pieceLength = try fields["chunk_size"]?.integer(in: 1...65_536)
        guard [reply.text != nil, reply.json != nil, reply.refusal != nil].count(where: { $0 }) <= 1 else {
            throw node.error("a reply has one of text, json and refusal")
        }
        try self.check(reply, captures: captures, at: node)
        return reply
    }

    /// A capture that no pattern of the rule makes would never have a value.
    private static func check(_ reply: Reply, captures: [String], at node: ScenarioNode) throws {
        for placeholder in reply.placeholders {
            guard let name = placeholder.captureName, !captures.contains(name) else { continue }
            throw node.error(
                "'{{\(placeholder.source)}}' needs a group (?<\(name)>...) in a 'matches' of this rule",
                suggestion: Suggestion.nearest(to: name, among: captures))
        }
    }

    private static func toolCall(_ node: ScenarioNode) throws -> Reply.ToolCall {
        let fields = try node.fields(["name", "arguments"])
        guard let name = fields["name"] else { throw node.error("a tool call needs a name") }
        guard let arguments = fields["arguments"] else {
            return Reply.ToolCall(name: try name.template(), arguments: .json(.object([])))
        }
        let value: Reply.Arguments =
            arguments.isMapping ? .json(try arguments.json()) : .raw(try arguments.template())
        return Reply.ToolCall(name: try name.template(), arguments: value)
    }

    private static func usage(_ node: ScenarioNode) throws -> Reply.Usage {
        let fields = try node.fields(["input", "cached", "output", "reasoning"])
        let tokens = 0...1_000_000_000
        return Reply.Usage(
            input: try fields["input"]?.integer(in: tokens), cached: try fields["cached"]?.integer(in: tokens),
            output: try fields["output"]?.integer(in: tokens), reasoning: try fields["reasoning"]?.integer(in: tokens))
    }

    // Latency

    private static func latency(_ node: ScenarioNode) throws -> Latency {
        let fields = try node.fields(["first_token", "per_token"])
        return Latency(
            firstToken: try fields["first_token"].map { try self.distribution($0) },
            perToken: try fields["per_token"].map { try self.distribution($0) })
    }

    private static func distribution(_ node: ScenarioNode) throws -> LatencyDistribution {
        guard node.isMapping else { return .fixed(try node.duration()) }
        let fields = try node.fields(["p50", "p95", "uniform"])
        switch (fields["p50"], fields["p95"], fields["uniform"]) {
        case (let median?, let high?, nil):
            let (p50, p95) = (try median.duration(), try high.duration())
            guard p50 > .zero, p95 >= p50 else { throw node.error("p50 must be above 0 and p95 not below p50") }
            return .percentiles(p50: p50, p95: p95)
        case (nil, nil, let bounds?):
            let bounds = try bounds.items()
            guard bounds.count == 2 else { throw node.error("uniform needs two times, such as [20ms, 80ms]") }
            let (low, high) = (try bounds[0].duration(), try bounds[1].duration())
            guard low <= high else { throw node.error("uniform: the first time is longer than the second") }
            return .uniform(low, high)
        default:
            throw node.error("needs a time, p50 and p95, or uniform: [low, high]")
        }
    }
}
