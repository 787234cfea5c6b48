import BelayCore
import BelayJSON

/// What an agent that looks things up does, step by step: the events of each commit as the runtime writes them.
///
/// A step is a model call or a tool call whose outcome is durable before the next one begins. They alternate.
struct StepScript: Sendable {
    static let agent = "clerk"
    static let tool = "look_up_order"
    static let task = "Find out where my orders are and which of them I can still return. My customer number is C-1042."

    /// The events of commit `number`, counted from 0.
    static func events(_ number: Int) -> [Event] {
        let step = number / 2 + 1
        if number.isMultiple(of: 2) {
            return [.modelCallPlanned(.init(step: step, purpose: .step)), .modelAnswered(Self.answer(step))]
        }
        return [.toolCallSucceeded(.init(callID: Self.callID(step), output: Self.output(step), milliseconds: 12))]
    }

    static func answer(_ step: Int) -> Event.ModelAnswered {
        Event.ModelAnswered(
            step: step, content: Self.content(step), stopReason: .toolUse,
            usage: Usage(freshInput: 812, cacheRead: 2_048, output: 57), cost: .known(Money(microDollars: 214)),
            path: ModelPath(provider: "openai", model: "gpt-4.1-mini"), milliseconds: 840)
    }

    static func content(_ step: Int) -> [Content] {
        [
            .text("I look at order A-\(10_000 + step) next, since it has not arrived yet."),
            .toolCall(ToolCall(id: Self.callID(step), name: Self.tool, arguments: Self.arguments(step))),
        ]
    }

    static func callID(_ step: Int) -> String { "call_7Zq2mB4kXw9\(step)" }
    static func arguments(_ step: Int) -> String { #"{"number":"A-\#(10_000 + step)"}"# }

    static func output(_ step: Int) -> String {
        #"{"number":"A-\#(10_000 + step)","state":"shipped","carrier":"Northbound","items":[{"sku":"K-204","name":"#
            + #""Kettle, 1.7 l","quantity":1,"price":"39.90"},{"sku":"M-118","name":"Mug, blue","quantity":4,"price":"#
            + #""7.50"}],"expected":"2026-03-14","returnable_until":"2026-04-13"}"#
    }
}
