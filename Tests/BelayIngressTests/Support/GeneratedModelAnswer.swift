import BelayCore
import BelayJSON
import BelayTesting

/// Answers of chance, and the events that a gateway would make of them.
enum GeneratedModelAnswer {
    /// - Parameter damaged: Whether arguments may be no JSON at all.
    static func answer(damaged: Bool, using random: inout SeededGenerator) -> ModelAnswer {
        var content: [Content] = []
        for number in 0..<Int.random(in: 1...7, using: &random) {
            content.append(self.part(number, after: content.last, damaged: damaged, using: &random))
        }
        let stop = StopReason.allCases.randomElement(using: &random) ?? .other
        return ModelAnswer(
            content: content, stopReason: stop, stopSequence: stop == .stopSequence ? "END" : nil,
            usage: Usage(
                freshInput: Int.random(in: 0...900, using: &random), cacheRead: Int.random(in: 0...90, using: &random),
                cacheWrite: Int.random(in: 0...90, using: &random), output: Int.random(in: 0...90, using: &random),
                reasoning: Int.random(in: 0...90, using: &random)),
            model: "m-\(random.next() % 9)", responseID: "up-1")
    }

    /// Parts that a stream can tell apart: neighbouring texts are one, and reasoning without a signature takes what follows.
    private static func part(
        _ number: Int, after last: Content?, damaged: Bool, using random: inout SeededGenerator
    ) -> Content {
        switch (Int.random(in: 0...5, using: &random), last) {
        case (0, .text), (1, .text), (2, .reasoning), (3, .reasoning), (4, _), (5, _):
            let id = ["call_\(number)", "toolu_0\(number)", "x-\(number)_é", "\(number)"].randomElement(using: &random)
            return .toolCall(
                ToolCall(
                    id: id ?? "", name: "tool_\(number)", arguments: self.arguments(damaged: damaged, using: &random)))
        case (2, _): return .reasoning(Reasoning(text: GeneratedText.text(using: &random), origin: "p"))
        case (3, _):
            let text = Bool.random(using: &random) ? GeneratedText.text(using: &random) : ""
            let opaque = Reasoning.signature(ofRedacted: "opaque\(random.next())")
            let signature = text.isEmpty && Bool.random(using: &random) ? opaque : "sig=\(random.next())"
            return .reasoning(Reasoning(text: text, signature: signature, origin: "p"))
        default: return .text(GeneratedText.text(using: &random))
        }
    }

    static func arguments(damaged: Bool, using random: inout SeededGenerator) -> String {
        switch Int.random(in: 0...(damaged ? 5 : 3), using: &random) {
        case 0: "{}"
        case 1: JSON.object(["city": .string(GeneratedText.text(using: &random)), "n": 12345678901234567]).serialized()
        case 2: #"{ "a": [1, 2.50, null, "}"], "b": {"c": true}, "": "\u007b\"" }"#
        case 3: #"{"city":"Z\u00fcrich","emoji":"\ud83e\uddd7"}"#
        case 4: "{oops"
        default: #""no object""#
        }
    }

    static func events(of answer: ModelAnswer, using random: inout SeededGenerator) -> [ModelStreamEvent] {
        var events: [ModelStreamEvent] = [.started(model: answer.model, responseID: answer.responseID)]
        var rest = answer.content[...]
        var calls = 0
        while let part = rest.popFirst() {
            switch part {
            case .text(let text): events += GeneratedText.pieces(of: text, using: &random).map { .textDelta($0) }
            case .reasoning(let reasoning):
                events += GeneratedText.pieces(of: reasoning.text, using: &random).map { .reasoningDelta($0) }
                if let signature = reasoning.signature { events.append(.reasoningSignature(signature)) }
            case .toolCall(let call):
                var group = [call]
                while case .toolCall(let next)? = rest.first, Bool.random(using: &random) {
                    group.append(next)
                    rest = rest.dropFirst()
                }
                events += self.events(of: group, from: calls, using: &random)
                calls += group.count
            case .toolResult, .image, .file: break
            }
        }
        return events + [.usage(answer.usage), .finished(answer.stopReason, stopSequence: answer.stopSequence)]
    }

    /// Parallel calls, interleaved.
    private static func events(
        of calls: [ToolCall], from first: Int, using random: inout SeededGenerator
    ) -> [ModelStreamEvent] {
        var lists = calls.enumerated().map { number, call -> [ModelStreamEvent] in
            let index = first + number
            let isLeftOut = call.arguments == "{}" && Bool.random(using: &random)
            let pieces = isLeftOut ? [] : GeneratedText.pieces(of: call.arguments, using: &random)
            return [.toolCallStarted(index: index, id: call.id, name: call.name)]
                + pieces.map { .toolCallArgumentsDelta(index: index, $0) }
        }
        // They start in order.
        var events = lists.compactMap(\.first)
        lists = lists.map { Array($0.dropFirst()) }
        while let index = lists.indices.filter({ !lists[$0].isEmpty }).randomElement(using: &random) {
            events.append(lists[index].removeFirst())
        }
        return events
    }
}
