import BelayCore
import BelayTools

/// An agent with the road that its tool calls take.
struct EquippedAgent: Sendable {
    let definition: AgentDefinition
    let tools: ToolPipeline
}
