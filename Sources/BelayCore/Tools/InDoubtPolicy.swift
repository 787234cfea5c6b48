/// What to do with a call that may or may not have happened.
public enum InDoubtPolicy: String, Sendable, Hashable, Codable, CaseIterable {
    /// Call again with the same key; the other side recognises it.
    case repeatWithSameKey
    /// Ask the tool's probe whether the key was seen.
    case probe
    /// Run the tool's compensation, then tell the model that nothing happened.
    case compensate
    /// Ask a person.
    case person
}
