import BelayCore
import BelayJSON

/// An answer of chance, written out as each vendor would send it, at once and streamed.
package struct GeneratedAnswer: Sendable {
    package enum Part: Sendable {
        case text(String)
        case thinking(String, signature: String?)
        case redacted(String)
        /// Without an id where the server gives none: the id is empty then.
        case call(id: String, name: String, arguments: String)
    }

    /// How the server writes that sends it. All of it has been seen in the wild.
    package struct Style: Sendable {
        /// Escapes for whatever is not ASCII.
        package var escapes = false
        /// Reasoning is called `reasoning`, not `reasoning_content`.
        package var hasShortReasoning = false
        /// Arguments are JSON, not text.
        package var hasObjects = false
        /// Texts, reasoning and calls don't come one after the other.
        package var isMixed = false
        /// The pieces of parallel calls come interleaved.
        package var isInterleaved = false
        package var sendsUsage = true
    }

    package var parts: [Part] = []
    package var stop: StopReason = .endTurn
    /// The vendor's own word for it.
    package var stopWord = ""
    package var stopSequence: String?
    package var usage = Usage.zero
    package var style = Style()

    package var calls: [(id: String, name: String, arguments: String)] {
        self.parts.compactMap {
            if case .call(let id, let name, let arguments) = $0 { (id, name, arguments) } else { nil }
        }
    }

    package var text: String {
        self.parts.map { if case .text(let text) = $0 { text } else { "" } }.joined()
    }

    /// Neither text nor a call: no answer.
    package var isEmpty: Bool { self.calls.isEmpty && self.text.allSatisfy(\.isWhitespace) }

    /// For a protocol that has text first and then calls.
    ///
    /// - Parameter mixes: Whether the parts of one stream of four are not in this order.
    package static func openAI(mixes: Bool = false, using random: inout SeededGenerator) -> GeneratedAnswer {
        var answer = GeneratedAnswer()
        answer.style.isMixed = mixes && Int.random(in: 0..<4, using: &random) == 0
        answer.style.escapes = Bool.random(using: &random)
        answer.style.hasShortReasoning = Bool.random(using: &random)
        answer.style.isInterleaved = Bool.random(using: &random)
        answer.style.sendsUsage = Int.random(in: 0..<10, using: &random) > 0
        if Bool.random(using: &random) {
            answer.parts.append(.thinking(GeneratedText.text(using: &random), signature: nil))
        }
        if Bool.random(using: &random) { answer.parts.append(.text(Self.speech(using: &random))) }
        answer.addCalls(using: &random)
        if Int.random(in: 0..<10, using: &random) == 0 { answer.dropIDs() }
        answer.end(with: Self.openAIStops, using: &random)
        if !answer.style.sendsUsage { answer.usage = .zero }
        if !answer.style.isInterleaved, Int.random(in: 0..<8, using: &random) == 0 {
            answer.style.hasObjects = true
            answer.compactArguments()
        } else if Int.random(in: 0..<8, using: &random) == 0 {
            answer.damageLastCall(using: &random)
        }
        // Nobody could say whether blank space still follows, once something else does.
        if answer.style.isMixed || answer.style.isInterleaved { answer.trimArguments() }
        return answer
    }

    /// For a protocol with blocks in any order.
    package static func anthropic(using random: inout SeededGenerator) -> GeneratedAnswer {
        var answer = GeneratedAnswer()
        answer.style.escapes = Bool.random(using: &random)
        for _ in 0..<Int.random(in: 0...5, using: &random) {
            let sign = "sig=\(random.next())"
            switch Int.random(in: 0...9, using: &random) {
            case 0, 1: answer.parts.append(.thinking(GeneratedText.text(using: &random), signature: sign))
            // The text is left out on request, and servers that only speak the protocol don't sign.
            case 2: answer.parts.append(.thinking("", signature: sign))
            case 3: answer.parts.append(.thinking(GeneratedText.text(using: &random), signature: nil))
            case 4: answer.parts.append(.redacted("opaque\(random.next())"))
            case 5: answer.addCall(using: &random)
            default: answer.parts.append(.text(Self.speech(using: &random)))
            }
        }
        answer.addCalls(using: &random)
        answer.end(with: Self.anthropicStops, using: &random)
        return answer
    }

    /// For a protocol with items in any order, whose arguments are text.
    package static func responses(using random: inout SeededGenerator) -> GeneratedAnswer {
        var answer = GeneratedAnswer()
        answer.style.escapes = Bool.random(using: &random)
        for _ in 0..<Int.random(in: 0...5, using: &random) {
            let signature = Bool.random(using: &random) ? "gAAAA\(random.next())" : nil
            switch Int.random(in: 0...7, using: &random) {
            case 0, 1: answer.parts.append(.thinking(GeneratedText.text(using: &random), signature: signature))
            // What was thought is told on request only.
            case 2: answer.parts.append(.thinking("", signature: "gAAAA\(random.next())"))
            case 3: answer.addCall(using: &random)
            default: answer.parts.append(.text(Self.speech(using: &random)))
            }
        }
        answer.addCalls(using: &random)
        answer.end(with: Self.responsesStops, using: &random)
        if Int.random(in: 0..<8, using: &random) == 0 { answer.damageLastCall(using: &random) }
        return answer
    }

    private static func speech(using random: inout SeededGenerator) -> String {
        (Bool.random(using: &random) ? "I say: " : "") + GeneratedText.text(using: &random)
    }

    /// Up to five in all. One answer of thirty that has said nothing has no call either.
    private mutating func addCalls(using random: inout SeededGenerator) {
        let least = self.isEmpty && Int.random(in: 0..<30, using: &random) > 0 ? 1 : 0
        let most = max(least, 5 - self.calls.count)
        for _ in 0..<Int.random(in: least...most, using: &random) { self.addCall(using: &random) }
    }

    private mutating func addCall(using random: inout SeededGenerator) {
        let number = self.calls.count
        let ids = [
            "call_\(number)", "toolu_0\(number)AbC-9", "functions.get_weather:\(number)", "\(number)", "é \(number)",
        ]
        let id = ids.randomElement(using: &random) ?? ""
        let arguments = GeneratedText.object(using: &random)
        self.parts.append(.call(id: id, name: "tool_\(number)", arguments: arguments))
    }

    private mutating func end(with stops: [Stop], using random: inout SeededGenerator) {
        // Servers say "stop" after tool calls, too.
        let honest = stops[self.calls.isEmpty ? 0 : 1]
        let stop = Int.random(in: 0...2, using: &random) > 0 ? honest : stops.randomElement(using: &random) ?? honest
        (self.stopWord, self.stop) = stop
        if self.stop == .stopSequence {
            self.stopSequence = ["\n\nHuman:", "END", "🧗", "\""].randomElement(using: &random)
        }
        func count(_ most: Int) -> Int { Bool.random(using: &random) ? Int.random(in: 0...most, using: &random) : 0 }
        self.usage = Usage(
            freshInput: Int.random(in: 1...90_000, using: &random), cacheRead: count(90_000), cacheWrite: count(9_000),
            output: Int.random(in: 1...9_000, using: &random), reasoning: count(9_000))
    }

    package typealias Stop = (word: String, reason: StopReason)

    /// The plain one and the one after calls first. vLLM says "stop" and names the sequence; the last one is nobody's.
    private static let openAIStops: [Stop] = [
        ("stop", .endTurn), ("tool_calls", .toolUse), ("length", .maxTokens), ("function_call", .toolUse),
        ("stop", .stopSequence), ("content_filter", .refused), ("eos", .other),
    ]
    private static let anthropicStops: [Stop] = [
        ("end_turn", .endTurn), ("tool_use", .toolUse), ("max_tokens", .maxTokens), ("stop_sequence", .stopSequence),
        ("model_context_window_exceeded", .maxTokens), ("refusal", .refused), ("pause_turn", .other),
    ]

    private mutating func dropIDs() { self.changeCalls { $0.id = "" } }

    /// The arguments as they are written once they have been JSON.
    private mutating func compactArguments() {
        self.changeCalls { call in
            if let json = try? JSON.parse(call.arguments) { call.arguments = json.serialized() }
        }
    }

    private mutating func trimArguments() {
        self.changeCalls { call in
            while call.arguments.last?.isWhitespace == true { call.arguments.removeLast() }
        }
    }

    /// The status, and what it is for.
    private static let responsesStops: [Stop] = [
        ("completed", .endTurn), ("completed", .endTurn), ("incomplete", .maxTokens), ("incomplete", .refused),
    ]

    private mutating func changeCalls(_ change: (inout (id: String, name: String, arguments: String)) -> Void) {
        for (index, part) in self.parts.enumerated() {
            guard case .call(let id, let name, let arguments) = part else { continue }
            var call = (id: id, name: name, arguments: arguments)
            change(&call)
            self.parts[index] = .call(id: call.id, name: call.name, arguments: call.arguments)
        }
    }

    private mutating func damageLastCall(using random: inout SeededGenerator) {
        guard let last = self.parts.indices.last, case .call(let id, let name, _) = self.parts[last] else { return }
        self.parts[last] = .call(id: id, name: name, arguments: GeneratedText.damagedArguments(using: &random))
    }
}
