import BelayJSON

/// Tools that every agent may have without declaring them. The runtime itself carries them out.
public enum BuiltInTool: String, Sendable, Hashable, CaseIterable {
    case askUser = "ask_user"
    case handOff = "hand_off_to_person"
    case makePlan = "make_plan"

    /// What is wrong with a tool that has the name of one of these.
    package static let hidesOthers =
        "the runtime has a tool of its own of this name and would never call this one; rename it"

    /// The built-in tools that an agent has.
    public static func available(to agent: AgentDefinition) -> [BuiltInTool] {
        var tools: [BuiltInTool] = []
        if agent.plans { tools.append(.makePlan) }
        if agent.asksUser { tools.append(.askUser) }
        if agent.handsOff { tools.append(.handOff) }
        return tools
    }

    public var definition: ToolDefinition {
        switch self {
        case .askUser:
            ToolDefinition(
                name: self.rawValue,
                description:
                    "Asks the user a question and waits for the answer. Use it when the request is ambiguous or "
                    + "something needed is missing.",
                parameters: Self.object(["question": ["type": "string", "minLength": 1]], required: ["question"]))
        case .handOff:
            ToolDefinition(
                name: self.rawValue,
                description: "Hands the task to a person. Use it when you can't or must not do what is needed.",
                parameters: Self.object(["reason": ["type": "string", "minLength": 1]], required: ["reason"]))
        case .makePlan:
            ToolDefinition(
                name: self.rawValue,
                description:
                    "Records your plan, or replaces it: the steps in order, the tool for each, and which earlier "
                    + "steps each depends on.",
                parameters: Self.planSchema)
        }
    }

    private static let planSchema = Self.object(
        [
            "steps": [
                "type": "array", "minItems": 1, "maxItems": 50,
                "items": Self.object(
                    [
                        "id": ["type": "string"], "title": ["type": "string"], "tool": ["type": "string"],
                        "depends_on": ["type": "array", "items": ["type": "string"]],
                    ], required: ["id", "title"]),
            ]
        ], required: ["steps"])

    private static func object(_ properties: JSON, required: JSON) -> JSON {
        ["type": "object", "properties": properties, "required": required, "additionalProperties": false]
    }
}
