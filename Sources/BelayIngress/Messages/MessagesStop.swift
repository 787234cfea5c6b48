import BelayCore
import BelayJSON

/// Why a message ended, in Anthropic's words.
struct MessagesStop: Sendable {
    private let reason: String
    private let sequence: String?

    /// The tool calls are believed more than the stop reason.
    init(_ reason: StopReason, _ sequence: String?, hasToolCalls: Bool) {
        self.reason =
            switch reason {
            case .maxTokens: "max_tokens"
            case .refused: "refusal"
            case .stopSequence where !hasToolCalls: "stop_sequence"
            case .endTurn, .toolUse, .other, .stopSequence: hasToolCalls ? "tool_use" : "end_turn"
            }
        self.sequence = self.reason == "stop_sequence" ? sequence : nil
    }

    var members: JSON.Object {
        ["stop_reason": .string(self.reason), "stop_sequence": self.sequence.map(JSON.string) ?? .null]
    }

    /// Of a message that has not ended.
    static let none: JSON.Object = ["stop_reason": nil, "stop_sequence": nil]
}
