import BelayCore
import BelayTools

/// An agent with the road that its tool calls take.
struct EquippedAgent: Sendable {
    let definition: AgentDefinition
    let tools: ToolPipeline

    /// The definition with what its tools say of themselves: read-only ones do nothing that could be claimed.
    var described: AgentDefinition {
        var definition = self.definition
        definition.changingTools = definition.tools.filter { name in
            self.tools.descriptor(of: name).map { $0.effect != .readOnly } ?? false
        }
        return definition
    }
}
