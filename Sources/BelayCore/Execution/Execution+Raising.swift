import BelayJSON

extension Execution {
    /// Raises may take a limit to this many times what it was at the start.
    private static let mostTimes: Int64 = 10
    /// Characters of the model's last words that a person gets to see.
    private static let shownWords = 2_000

    /// The limits in force: those it began with, and what people added.
    public var limits: ExecutionLimits {
        if self.raises.isEmpty { return self.accepted.limits }
        var limits = self.accepted.limits
        for (kind, by) in self.raises { limits.raise(kind, by: by) }
        return limits
    }

    /// Asks a person whether a limit that was reached shall be raised; nil when it stops without being asked.
    func askToRaise(
        _ use: LimitUse, at now: Timestamp, agent: AgentDefinition, using random: inout some RandomNumberGenerator
    ) -> Event? {
        let most = self.largestRaise(of: use.kind)
        // What a session may use is no matter of one execution.
        guard self.accepted.limits.atLimit == .ask, use.kind != .sessionTokens,
            !self.declinedRaises.contains(use.kind),
            most >= use.kind.smallestRaise
        else { return nil }
        return .waitOpened(
            Wait(
                id: .make(at: now, using: &random), kind: .limit,
                question: "A limit was reached: \(use.detail). Raise it, or stop here?",
                context: self.limitContext(use),
                answerSchema: WaitSchema.limit(most: use.kind.inUnits(most), isWhole: use.kind != .cost),
                expires: now.advanced(by: agent.waitExpiry)))
    }

    /// What was spent, on what, and what is asked.
    private func limitContext(_ use: LimitUse) -> JSON {
        let said = self.messages.last { $0.role == .assistant && !$0.text.isEmpty }?.text
        return [
            "limit": .string(use.kind.rawValue), "unit": .string(use.kind.unit), "spent": use.kind.inUnits(use.spent),
            "allowed": use.kind.inUnits(use.allowed),
            "largest_raise": use.kind.inUnits(self.largestRaise(of: use.kind)),
            "task": .string(String(self.accepted.task.prefix(8_000))), "done": .string(self.account),
            "said": said.map { .string(String($0.prefix(Self.shownWords))) } ?? .null,
            "totals": [
                "steps": .int(Int64(self.steps)), "tool_calls": .int(Int64(self.toolCalls)),
                "tokens": .int(Int64(self.usage.total)), "cost": .string("\(self.charged)"),
            ],
        ]
    }

    /// One answer adds at most what was allowed at the start.
    private func largestRaise(of kind: LimitKind) -> Int64 {
        let atStart = self.accepted.limits.allowed(kind)
        let room = atStart.saturatingProduct(Self.mostTimes).saturatingDifference(self.limits.allowed(kind))
        return max(0, min(atStart, room))
    }

    mutating func limitClosed(_ wait: Wait, answer: JSON?, _ entry: JournalEvent) throws(JournalError) {
        guard let kind = wait.context["limit"]?.stringValue.flatMap(LimitKind.init) else {
            throw self.error(entry, "the wait \(wait.id) is about no limit")
        }
        guard answer?["decision"]?.stringValue == "raise", let by = answer?["by"].flatMap(kind.figure), by > 0 else {
            self.declinedRaises.insert(kind)
            return
        }
        // The schema held the answer to it; so does the machine, whoever wrote the journal.
        self.raises[kind, default: 0] += min(by, self.largestRaise(of: kind))
        self.approachedLimits.remove(kind)
        // The call that didn't fit is made again.
        if case .modelFailed(let failure, _) = self.obstacle, failure.kind == .allowanceExceeded {
            self.obstacle = .none
        }
    }
}

extension LimitKind {
    /// In the unit of ``LimitUse``.
    fileprivate var smallestRaise: Int64 { self == .cost ? 1 : self.scale }

    /// A figure in the unit that people read: dollars with their decimals, everything else whole.
    func inUnits(_ figure: Int64) -> JSON {
        guard self == .cost else { return .int(figure / self.scale) }
        let dollars = String("\(Money(nanoDollars: figure))".drop { $0 == "$" })
        do { return try JSON.parse(dollars) } catch { return .string(dollars) }
    }

    /// The other way; nil when it is no such number.
    func figure(_ units: JSON) -> Int64? {
        switch units {
        case .int(let whole): whole.saturatingProduct(self.scale)
        case .number(let number): self == .cost ? Self.nanoDollars(number) : nil
        default: nil
        }
    }
}

extension LimitKind {
    /// Of dollars; what is below a nano-dollar is dropped. Nil below zero, and beyond what can be told.
    private static func nanoDollars(_ dollars: JSON.Number) -> Int64? {
        if let exact = Money(dollars: JSON.number(dollars).serialized()) { return exact.nanoDollars }
        // With an exponent, or with more than nine decimals.
        guard let value = dollars.doubleValue, value >= 0, value < 9e9 else { return nil }
        return Int64((value * 1e9).rounded(.down))
    }
}

extension ExecutionLimits {
    /// In the unit of ``LimitUse``.
    func allowed(_ kind: LimitKind) -> Int64 {
        switch kind {
        case .time: self.timeout.milliseconds
        case .cost: self.maxCost.nanoDollars
        case .tokens: Int64(self.maxTokens)
        case .sessionTokens: Int64(self.maxSessionTokens)
        case .steps: Int64(self.maxSteps)
        // An agent that may call nothing may still answer.
        case .toolCalls: Int64(max(self.maxToolCalls, 1))
        }
    }

    mutating func raise(_ kind: LimitKind, by figure: Int64) {
        switch kind {
        case .time: self.timeout += .milliseconds(figure)
        case .cost: self.maxCost += Money(nanoDollars: figure)
        case .tokens: self.maxTokens = self.maxTokens.saturatingSum(Int(figure))
        case .sessionTokens: self.maxSessionTokens = self.maxSessionTokens.saturatingSum(Int(figure))
        case .steps: self.maxSteps = self.maxSteps.saturatingSum(Int(figure))
        case .toolCalls: self.maxToolCalls = self.maxToolCalls.saturatingSum(Int(figure))
        }
    }
}
