/// What is wrong with the usage that a provider reported, or didn't.
///
/// None of them makes a call free: what is missing or can't be is estimated, and where two figures contradict each other
/// the dearer reading counts. See `docs/budgets.md`.
public enum UsageAnomaly: String, Sendable, Hashable, Codable, CaseIterable {
    /// An answer without any usage, or with nothing but zeros.
    case missing
    /// No input, and yet there was a request.
    case noInput = "no_input"
    /// No output, and yet something was written.
    case noOutput = "no_output"
    /// A number with a fraction; it is rounded up.
    case fraction
    /// A number in a string; it is taken as the number.
    case text
    /// Something that is no number.
    case unreadable
    case negative
    /// More tokens than any model can read or write.
    case absurd
    /// More input from or to the provider's cache than input at all: the cache's is taken to be beside the other.
    case cacheAboveInput = "cache_above_input"
    /// More reasoning than output: it is taken to be beside the other.
    case reasoningAboveOutput = "reasoning_above_output"
    /// A total above its parts: the rest is taken for output.
    case totalAboveParts = "total_above_parts"
    /// A later figure of a stream below an earlier one: the larger one counts.
    case shrank
    /// Usage after the end of a stream. It counts if there was none before.
    case afterEnd = "after_end"
    /// More output than the request allowed. It is billed as it was reported.
    case outputAboveLimit = "output_above_limit"
    /// The provider's own amount of money can't be: the call is reckoned by its tokens.
    case costUnreadable = "cost_unreadable"

    /// Whether the tokens, and so their cost, are an estimate with it.
    public var makesEstimate: Bool {
        switch self {
        case .missing, .noInput, .noOutput, .unreadable, .negative, .absurd, .cacheAboveInput, .reasoningAboveOutput,
            .totalAboveParts, .shrank, .costUnreadable:
            true
        case .fraction, .text, .afterEnd, .outputAboveLimit: false
        }
    }
}
