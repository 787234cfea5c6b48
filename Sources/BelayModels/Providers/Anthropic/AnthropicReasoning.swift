import BelayCore
import BelayJSON

/// Blocks of reasoning: `thinking` with a signature, or `redacted_thinking`, which only Anthropic can read.
///
/// The second is kept as reasoning without text whose signature has a prefix that no real one has.
enum AnthropicReasoning {
    private static let redacted = "redacted_thinking:"

    static func signature(ofRedacted data: String) -> String { self.redacted + data }

    static func isRedacted(_ signature: String) -> Bool { signature.hasPrefix(self.redacted) }

    /// - Returns: Nil for reasoning without a signature, which would be refused.
    static func block(of reasoning: Reasoning) -> JSON? {
        guard let signature = reasoning.signature else { return nil }
        guard self.isRedacted(signature) else {
            return ["type": "thinking", "thinking": .string(reasoning.text), "signature": .string(signature)]
        }
        return ["type": "redacted_thinking", "data": .string(String(signature.dropFirst(self.redacted.count)))]
    }
}
