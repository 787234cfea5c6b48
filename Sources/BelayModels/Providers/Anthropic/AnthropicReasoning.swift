import BelayCore
import BelayJSON

/// Blocks of reasoning: `thinking` with a signature, or `redacted_thinking`, which only Anthropic can read.
enum AnthropicReasoning {
    /// - Returns: Nil for reasoning without a signature, which would be refused.
    static func block(of reasoning: Reasoning) -> JSON? {
        if let data = reasoning.redactedData { return ["type": "redacted_thinking", "data": .string(data)] }
        guard let signature = reasoning.signature else { return nil }
        return ["type": "thinking", "thinking": .string(reasoning.text), "signature": .string(signature)]
    }
}
