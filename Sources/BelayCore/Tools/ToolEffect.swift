/// What a tool does to the world, declared where the tool is declared. It decides what happens after a crash.
public enum ToolEffect: String, Sendable, Hashable, Codable, CaseIterable {
    /// Changes nothing: called again whenever its result is missing.
    case readOnly
    /// The same key has the same effect, however often: called again with the same key.
    case idempotent
    /// Happens once. A call whose result was lost is in doubt and never blindly repeated. The default.
    case once
    /// Happens once, and can be undone by its compensation.
    case compensatable
}
