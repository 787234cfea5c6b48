import BelayCore

/// The tools of a runtime by name, each checked when it is added.
package struct ToolRegistry: Sendable {
    private var tools: [String: RegisteredTool] = [:]

    package init() {}

    /// - Throws: `ToolRegistrationError` for the first tool that can't be used.
    package init(_ tools: [Tool]) throws(ToolRegistrationError) {
        for tool in tools { try self.register(tool) }
    }

    /// - Throws: `ToolRegistrationError` when the description, a schema or the handler is unusable or the name is
    ///     taken.
    package mutating func register(_ tool: Tool) throws(ToolRegistrationError) {
        let registered = try RegisteredTool(tool)
        guard self.tools.updateValue(registered, forKey: tool.name) == nil else {
            throw ToolRegistrationError(
                tool: tool.name, reason: "the name is taken by another tool; rename one of them")
        }
    }

    package subscript(name: String) -> RegisteredTool? { self.tools[name] }

    package var all: [RegisteredTool] { self.tools.values.sorted { $0.name < $1.name } }

    package var names: [String] { self.tools.keys.sorted() }

    /// What a model is told about the tools of an agent, in the agent's order; names that aren't registered are left
    /// out.
    package func definitions(of names: [String]) -> [ToolDefinition] {
        names.compactMap { self.tools[$0]?.descriptor.definition }
    }
}
