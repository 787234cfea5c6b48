/// What is known of a request before it is sent, coarse enough that requests can be compared.
public struct OutcomeContext: Sendable, Hashable, Codable {
    /// How much the model has to read.
    public enum InputSize: String, Sendable, Hashable, Codable, CaseIterable {
        /// Below 1,000 tokens.
        case short
        /// Below 8,000 tokens.
        case medium
        /// Below 32,000 tokens.
        case long
        case veryLong = "very_long"

        public init(tokens: Int) {
            switch tokens {
            case ..<1_000: self = .short
            case ..<8_000: self = .medium
            case ..<32_000: self = .long
            default: self = .veryLong
            }
        }
    }

    public var inputSize: InputSize
    public var hasTools: Bool
    /// A language tag such as `de`, at most ``longestLanguage`` bytes; nil when unknown.
    public var language: String?

    public static let longestLanguage = 35

    public init(inputSize: InputSize = .short, hasTools: Bool = false, language: String? = nil) {
        self.inputSize = inputSize
        self.hasTools = hasTools
        self.language = language
    }
}
