/// How much a model may think before it answers.
///
/// The words are OpenAI's (`reasoning_effort`); vendors that know fewer get the nearest one.
public enum ReasoningEffort: String, Sendable, Hashable, Codable, CaseIterable {
    /// No thinking at all, where the model can do without.
    case off = "none"
    case minimal, low, medium, high, xhigh, max
}
