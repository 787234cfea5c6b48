import BelayCore
import BelayJSON
import BelayTools

extension Configuration {
    /// Something agents can do: one HTTP request, or the tools of an MCP server. One of `http` and `mcp` is set.
    public struct Tool: Sendable, Hashable {
        /// What the model calls it; for an MCP server, what agents name to get all its tools.
        public var name: String
        /// For the model. Empty for an MCP server, whose tools bring theirs.
        public var description: String
        public var http: HTTPCall?
        public var mcp: MCPServer?
        /// JSON Schema of the arguments.
        public var parameters: JSON
        /// JSON Schema of the output; nil accepts any.
        public var output: JSON?
        /// Default `once`.
        public var effect: ToolEffect
        /// nil is decided by the effect and by whether there is a probe; see `effectiveInDoubt`.
        public var inDoubt: InDoubtPolicy?
        /// Tells whether a call with a key happened: 200 with the result, or 404.
        public var probe: HTTPCall?
        /// Undoes a call.
        public var compensation: HTTPCall?
        /// Default never.
        public var approval: ApprovalRule
        /// Default 24 h.
        public var approvalExpiry: Duration
        /// Default 30 s.
        public var timeout: Duration
        /// 1 to 1,000,000; nil is unlimited.
        public var callsPerMinute: Int?
        /// 256 to 1,000,000; default 32,768.
        public var maxOutputCharacters: Int
        /// More than $0, at most $1,000; nil is nothing.
        public var cost: Money?
        /// JSON Pointer into the result; nil when each call costs ``cost``.
        public var costFrom: String?

        public init(
            name: String, description: String = "", http: HTTPCall? = nil, mcp: MCPServer? = nil,
            parameters: JSON = ["type": "object", "properties": [:], "additionalProperties": false],
            output: JSON? = nil,
            effect: ToolEffect = .once, inDoubt: InDoubtPolicy? = nil, probe: HTTPCall? = nil,
            compensation: HTTPCall? = nil, approval: ApprovalRule = .never,
            approvalExpiry: Duration = .seconds(24 * 3_600), timeout: Duration = .seconds(30),
            callsPerMinute: Int? = nil, maxOutputCharacters: Int = 32_768, cost: Money? = nil, costFrom: String? = nil
        ) {
            self.name = name
            self.description = description
            self.http = http
            self.mcp = mcp
            self.parameters = parameters
            self.output = output
            self.effect = effect
            self.inDoubt = inDoubt
            self.probe = probe
            self.compensation = compensation
            self.approval = approval
            self.approvalExpiry = approvalExpiry
            self.timeout = timeout
            self.callsPerMinute = callsPerMinute
            self.maxOutputCharacters = maxOutputCharacters
            self.cost = cost
            self.costFrom = costFrom
        }

        /// What happens to a call whose result was lost: as configured; else the probe is asked if there is one; else a
        /// person for `once`, the compensation for `compensatable`, the same call again for the rest.
        public var effectiveInDoubt: InDoubtPolicy {
            if let inDoubt = self.inDoubt { return inDoubt }
            switch self.effect {
            case .readOnly, .idempotent: return .repeatWithSameKey
            case .once: return self.probe == nil ? .person : .probe
            case .compensatable: return self.probe == nil ? .compensate : .probe
            }
        }

        static let section = Section<Tool>(
            "Something agents can do: one HTTP request (`http`) or the tools of an MCP server (`mcp`). For an MCP "
                + "server the other keys apply to each of its tools; `description`, `parameters`, `output`, `probe` "
                + "and `compensation` have no meaning there.",
            make: { Tool(name: "") },
            keys: [
                Key(
                    "description", \.description, .text, default: "required with `http`", "What it does, for the model."
                ),
                Key(
                    "http", optional: \.http, .section(HTTPCall.section),
                    default: "one of `http` and `mcp` is required",
                    "The request that a call makes. Every call of a tool that isn't `readOnly` sends `Idempotency-Key`."
                ),
                Key(
                    "mcp", optional: \.mcp, .section(MCPServer.section), default: "one of `http` and `mcp` is required",
                    "The server whose tools these are."),
                Key(
                    "parameters", \.parameters, .jsonSchema, default: "no parameters",
                    "JSON Schema of the arguments; an object at its root."),
                Key(
                    "output", optional: \.output, .jsonSchema, default: "anything",
                    "JSON Schema of the response's body. A response that breaks it is an error that the model gets "
                        + "to see."
                ),
                Key(
                    "effect", \.effect, .word,
                    "What a call does to the world. `readOnly` changes nothing; `idempotent` may be repeated with "
                        + "the same key; `once` happens once and is never blindly repeated; `compensatable` happens "
                        + "once and can be undone."
                ),
                Key(
                    "in_doubt", optional: \.inDoubt, .word,
                    default:
                        "`probe` if there is one; else by effect: `person` for `once`, `compensate` for "
                        + "`compensatable`, else `repeatWithSameKey`",
                    "What to do with a call of which nobody knows whether it happened."),
                Key(
                    "probe", optional: \.probe, .section(HTTPCall.section),
                    "A request that tells whether the call with `{idempotency_key}` happened: 200 with its result, "
                        + "or 404."
                ),
                Key(
                    "compensation", optional: \.compensation, .section(HTTPCall.section),
                    "A request that undoes the call with `{idempotency_key}` if it happened; safe to repeat."),
                Key(
                    "approval", \.approval, .approval,
                    "When a person has to agree first: `never`; `always`; `{above: {argument: amount, limit: 50}}`; "
                        + "`{unless: {argument: to, is_one_of: [a, b]}}`."
                ),
                Key(
                    "approval_expiry", \.approvalExpiry, .duration(),
                    "How long that person is waited for; then the call is denied."),
                Key("timeout", \.timeout, .duration(), "How long one call may take."),
                Key(
                    "calls_per_minute", optional: \.callsPerMinute, .integer(1...1_000_000), default: "unlimited",
                    "Calls a minute by this process."),
                Key(
                    "max_output_characters", \.maxOutputCharacters, .integer(OutputBound.minimum...1_000_000),
                    "Characters of a result that the model gets to see; the rest is cut, and said to be."),
                Key(
                    "cost", optional: \.cost,
                    .money.checked {
                        if $0 <= .zero { return "a tool that costs nothing needs no cost; leave it out" }
                        return $0 > ToolCost.largest ? "a call costs at most \(ToolCost.largest)" : nil
                    }, default: "nothing",
                    "Dollars that a call costs; with `cost_from` the most that one may cost. Reserved in all budgets before "
                        + "the call is sent; more than $0, at most $1000."
                ),
                Key(
                    "cost_from", optional: \.costFrom,
                    .text.checked {
                        $0.isEmpty || JSONPointer.tokens($0) == nil
                            ? "not a JSON Pointer (RFC 6901); write one such as /cost_usd" : nil
                    }, default: "each call costs `cost`",
                    "Where the result says what the call has cost, in dollars: a JSON Pointer such as `/cost_usd`."),
            ])
    }
}
