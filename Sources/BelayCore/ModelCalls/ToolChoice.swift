/// How free a model is to call tools.
public enum ToolChoice: Sendable, Hashable {
    case auto
    case none
    /// Some tool has to be called.
    case required
    case tool(named: String)
}
