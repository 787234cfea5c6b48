import BelayCore
import BelayJSON

/// The signatures that Gemini puts on its calls of tools (`extra_content.google.thought_signature`), and wants back with
/// them: its newer models refuse a conversation in which the first call of an answer has none.
///
/// In the internal model a signature is a block of reasoning without text, directly before its call.
enum GeminiThoughts {
    private static let prefix = "thought_signature:"
    /// What Google's page on thought signatures gives for calls that another model made.
    private static let ofAnotherModel = "skip_thought_signature_validator"

    /// The signature of a call, as reasoning keeps it.
    static func reasoningSignature(of call: JSON) -> String? {
        guard let signature = call["extra_content"]?["google"]?["thought_signature"]?.stringValue, !signature.isEmpty
        else { return nil }
        return self.prefix + signature
    }

    static func signature(of reasoning: Reasoning) -> String? {
        guard let signature = reasoning.signature, signature.hasPrefix(self.prefix) else { return nil }
        return String(signature.dropFirst(self.prefix.count))
    }

    /// - Returns: Nil for a call that needs no signature: of parallel calls only the first one has one.
    static func extraContent(_ signature: String?, isFirstCall: Bool) -> JSON? {
        guard let text = signature ?? (isFirstCall ? self.ofAnotherModel : nil) else { return nil }
        return ["google": ["thought_signature": .string(text)]]
    }
}
