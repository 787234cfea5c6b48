/// Whether an agent's final answers are held against what its tools did.
public enum HonestyPolicy: String, Sendable, Hashable, Codable, CaseIterable {
    /// An answer that claims an effect of a tool that was not carried out goes back to the model once, and then not out.
    case check
    case off
}
