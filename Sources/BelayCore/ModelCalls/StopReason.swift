/// Why a model stopped writing.
public enum StopReason: String, Sendable, Hashable, Codable, CaseIterable {
    case endTurn, toolUse, maxTokens, stopSequence
    /// The provider's filter or the model itself refused.
    case refused
    /// A reason this version doesn't know.
    case other
}
