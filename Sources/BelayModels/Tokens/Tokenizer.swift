/// A vocabulary whose token counts are estimated without having it.
///
/// Each was measured: `docs/budgets.md` says how, and with what error.
public enum Tokenizer: String, Sendable, Hashable, CaseIterable {
    /// OpenAI's until GPT-4 and its embeddings.
    case cl100k
    /// OpenAI's since GPT-4o.
    case o200k
    /// Anthropic's of Claude 3 to Opus 4.6, Sonnet 4.6 and Haiku 4.5.
    case claude
    /// Anthropic's since Opus 4.7: the same text has about 30 % more tokens.
    case newerClaude
    /// DeepSeek's of its fourth series.
    case deepSeek
    /// Mistral's since Nemo.
    case tekken
    /// Nobody's: what vocabularies of this size have in common, for models whose own can't be measured, such as Google's and
    /// xAI's. Its upper bound holds for `o200k`, `claude`, `deepSeek` and `tekken`.
    case typical

    /// The one that a model counts with, by the model's name; `typical` where nothing is known.
    public init(model: String) {
        let name = model.lowercased()
        let bare = name.split(separator: "/").last ?? ""
        if let claude = name.range(of: "claude") {
            self = Self.isEarlierClaude(name[claude.lowerBound...]) ? .claude : .newerClaude
        } else if Self.openAI.contains(where: bare.hasPrefix) {
            self = .o200k
        } else if Self.olderOpenAI.contains(where: bare.hasPrefix) {
            self = .cl100k
        } else if bare.hasPrefix("deepseek") {
            self = .deepSeek
        } else if Self.mistral.contains(where: bare.hasPrefix) {
            self = .tekken
        } else {
            self = .typical
        }
    }

    private static let openAI = ["gpt-4o", "gpt-4.1", "gpt-4.5", "gpt-5", "gpt-6", "chatgpt-4o", "o1", "o3", "o4"]
    private static let olderOpenAI = ["gpt-4", "gpt-3.5", "text-embedding-"]
    private static let mistral = ["mistral", "ministral", "codestral", "magistral", "devstral", "pixtral"]
    /// A model that isn't among these has the newer one, which counts more.
    private static let earlierClaude = [
        "claude-2", "claude-3", "claude-instant", "claude-opus-4-0", "claude-opus-4-1", "claude-opus-4-2",
        "claude-opus-4-5", "claude-opus-4-6", "claude-sonnet-4", "claude-haiku-4",
    ]

    private static func isEarlierClaude(_ name: Substring) -> Bool {
        let dashed = name.replacing(".", with: "-")
        return dashed == "claude-opus-4" || Self.earlierClaude.contains(where: dashed.hasPrefix)
    }
}
