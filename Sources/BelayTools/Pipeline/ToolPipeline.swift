import BelayCore

/// The one road for the tool calls of an agent: every call passes the same stations in the same order.
///
/// 1. ``review(_:user:consent:)``: the tool exists and is the agent's, the arguments are JSON and valid, the rate
///    allows it, a person agreed if one must.
/// 2. Whoever drives the execution writes the dispatch down.
/// 3. ``execute(_:_:)``: circuit breaker, deadline, the handler, the bound of its output, the output's schema.
///
/// Nothing here throws: whatever becomes of a call is a value that the execution records.
package struct ToolPipeline: Sendable {
    /// How long a handler that was cancelled is waited for before it is abandoned.
    static let grace = Duration.seconds(1)

    /// What the agent may call, in the order that a model sees. A name without a tool is one that nobody registered
    /// here.
    package let names: [String]
    /// The agent's own tools, as they were when this was made.
    private let own: [String: EquippedTool]
    private let registry: ToolRegistry

    init(names: [String], own: [String: EquippedTool], registry: ToolRegistry) {
        self.names = names
        self.own = own
        self.registry = registry
    }

    var clock: any Clock<Duration> { self.registry.clock }
    var report: @Sendable (ToolReport) -> Void { self.registry.report }

    /// Whether there are handlers that another registration of the same agent may replace.
    package var hasOwnTools: Bool { !self.own.isEmpty }

    /// What models are told, in the agent's order.
    package var definitions: [ToolDefinition] { self.names.compactMap { self.descriptor(of: $0)?.definition } }

    package func descriptor(of name: String) -> ToolDescriptor? { self.tool(name)?.registered.descriptor }

    /// nil for a tool that isn't the agent's.
    func tool(_ name: String) -> EquippedTool? {
        guard self.names.contains(name) else { return nil }
        return self.own[name] ?? self.registry.shared(name)
    }

    func unknown(_ name: String) -> ToolFailure {
        let shown = self.names.sorted().prefix(32).joined(separator: ", ")
        let offer = self.names.isEmpty ? "You have no tools." : "Your tools are: \(shown)."
        return ToolFailure(.unknownTool, "There is no tool \"\(name.prefix(64))\". \(offer)")
    }
}
