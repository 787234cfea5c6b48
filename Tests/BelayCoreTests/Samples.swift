import BelayCore
import BelayJSON

extension AgentDefinition {
    static func sample(
        limits: ExecutionLimits = .default, plans: Bool = false, asksUser: Bool = true, handsOff: Bool = true
    ) -> AgentDefinition {
        AgentDefinition(
            name: "support", version: "1", instructions: "Help.", tools: ["check_order", "create_refund"],
            limits: limits, plans: plans, asksUser: asksUser, handsOff: handsOff)
    }
}

extension ToolCall {
    static func check(_ id: String = "c1", number: String = "A-1") -> ToolCall {
        ToolCall(id: id, name: "check_order", arguments: "{\"number\":\"\(number)\"}")
    }

    static func refund(_ id: String = "r1", amount: Int = 80) -> ToolCall {
        ToolCall(id: id, name: "create_refund", arguments: "{\"amount\":\(amount)}")
    }

    static func ask(_ id: String = "q1", question: String = "Which order?") -> ToolCall {
        ToolCall(id: id, name: "ask_user", arguments: "{\"question\":\"\(question)\"}")
    }

    static func handOff(_ id: String = "h1") -> ToolCall {
        ToolCall(id: id, name: "hand_off_to_person", arguments: "{\"reason\":\"too angry\"}")
    }

    static func plan(_ id: String = "p1", steps: JSON) -> ToolCall {
        ToolCall(id: id, name: "make_plan", arguments: (["steps": steps] as JSON).serialized())
    }
}

extension Command {
    var plan: ModelCallPlan? { if case .callModel(let plan) = self { plan } else { nil } }
    var compaction: CompactionPlan? { if case .compact(let plan) = self { plan } else { nil } }
    var isEnd: Bool { if case .end = self { true } else { false } }
    var tools: [OpenCall] { if case .runTools(let calls) = self { calls } else { [] } }
    var isWait: Bool { if case .wait = self { true } else { false } }
}

extension Execution {
    /// The content of the results that the model got last.
    var lastResults: [ToolResult] {
        self.messages.last { $0.role == .tool }?.content.compactMap {
            if case .toolResult(let result) = $0 { result } else { nil }
        } ?? []
    }
}
