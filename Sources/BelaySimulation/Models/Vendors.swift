import BelayCore
import BelayJSON

/// The vendors of models: what they answered, and whether journals say the same.
final class Vendors: @unchecked Sendable {  // Touched on the simulation's thread only.
    struct Answer {
        struct Call {
            var id: String
            var name: String
            var arguments: JSON
        }

        var number: Int
        /// Each word says which answer it belongs to and where in it, so that a splice shows.
        var words: [String]
        var calls: [Call]
        var usage: Usage
        var isCut = false

        var text: String { self.words.joined() }
    }

    static let price = Price(input: 100, output: 400)

    private unowned let world: World
    private var answers: [Int: Answer] = [:]
    /// Which answer an amount of input belongs to: no two have the same, so that a bill tells what it is for.
    private var inputs: [Int: Int] = [:]
    private var settled: Set<Int> = []

    init(world: World) { self.world = world }

    /// Answers a request in either vendor's protocol, as a model does: unpredictably.
    func answer(_ request: JSON) -> Answer {
        let chance = self.world.chance
        let number = self.answers.count + 1
        var words = (0..<chance.number(1...6)).map { Self.word(number, $0) }
        let sumsUp = Self.asksForSummary(request)
        if sumsUp, chance.happens(0.8) { words = [#"{"summary":"answer \#(number)","facts":[]}"#] }
        var input = chance.number(10...400)
        while self.inputs[input] != nil { input += 1 }
        self.inputs[input] = number
        let usage = Usage(freshInput: input, output: chance.number(1...200))
        var answer = Answer(number: number, words: words, calls: [], usage: usage)
        let said = request["messages"]?.arrayValue?.count { $0["role"]?.stringValue == "assistant" } ?? 0
        let tools = Self.tools(in: request)
        if !sumsUp, !tools.isEmpty, !Self.forbidsTools(request), chance.happens(said < 6 ? 0.8 : 0.4) {
            answer.calls = (0..<chance.pick([1, 1, 1, 2, 3])).map { self.call(number, $0, tools: tools) }
        } else if chance.happens(self.world.weather.modelFails / 10) {
            answer.isCut = true
        }
        self.answers[number] = answer
        return answer
    }

    static func word(_ number: Int, _ index: Int) -> String { "\(number).\(index) " }

    /// Which answer a text comes from, if it is the beginning of one.
    static func origin(of text: String) -> Int? {
        var number: Int?
        for (index, word) in text.split(separator: " ").enumerated() {
            let parts = word.split(separator: ".").map { Int($0) }
            guard parts.count == 2, parts[1] == index, let first = parts[0], number ?? first == first else {
                return nil
            }
            number = first
        }
        return number
    }

    private static func tools(in request: JSON) -> [String] {
        (request["tools"]?.arrayValue ?? []).compactMap {
            $0["function"]?["name"]?.stringValue ?? $0["name"]?.stringValue
        }
    }

    /// Whether what was said longer ago is to be summed up.
    private static func asksForSummary(_ request: JSON) -> Bool {
        let system = request["system"] ?? request["messages"]?[0]?["content"] ?? .null
        return system.serialized().contains("You condense the record")
    }

    private static func forbidsTools(_ request: JSON) -> Bool {
        request["tool_choice"]?.stringValue == "none" || request["tool_choice"]?["type"]?.stringValue == "none"
    }

    private func call(_ number: Int, _ index: Int, tools: [String]) -> Answer.Call {
        let chance = self.world.chance
        var name = chance.pick(tools)
        // People are slow: most of what an agent does is not asking them.
        if BuiltInTool(rawValue: name) != nil, chance.happens(0.6) { name = chance.pick(tools) }
        if chance.happens(0.02) { name = "no_such_tool" }
        let item = JSON.string("item \(chance.happens(0.1) ? 0 : number)")
        let arguments: JSON
        switch BuiltInTool(rawValue: name) {
        case .askUser: arguments = ["question": "Which one?"]
        case .handOff: arguments = ["reason": "I can't do this."]
        case .makePlan: arguments = ["steps": [["id": "1", "title": "look"], ["id": "2", "title": "act"]]]
        case nil where chance.happens(0.03): arguments = ["wrong": true]
        case nil: arguments = ["item": item, "amount": .int(Int64(chance.number(1...100)))]
        }
        // Some models number their calls anew in every answer.
        let id = chance.happens(0.2) ? "call_\(index)" : "call_\(number)_\(index)"
        return Answer.Call(id: id, name: name, arguments: arguments)
    }

    // MARK: What journals say

    /// Holds an answer in a journal against what was really answered, and billed.
    func committed(_ event: Event.ModelAnswered, in execution: ExecutionID) {
        if event.isDegraded { return self.world.count("answers from the cache") }
        guard let number = Self.origin(of: event.text), let answer = self.answers[number] else {
            return self.world.violate("the journal has an answer that no model gave: \(event.text)")
        }
        self.world.require(event.text == answer.text, "answer \(number) was not taken over whole: \(event.text)")
        self.world.require(self.settled.insert(number).inserted, "answer \(number) was settled twice")
        self.world.require(
            event.usage == answer.usage, "answer \(number) used \(answer.usage), the journal says \(event.usage)")
        self.world.require(
            event.cost == .known(Self.price.cost(of: answer.usage)),
            "answer \(number) is billed with \(Self.price.cost(of: answer.usage)), the journal says \(event.cost)")
    }

    /// Holds what a failed attempt cost against what was billed: an answer that broke off, once.
    func committed(_ attempt: ModelAttempt) {
        guard let usage = attempt.failure.usage else { return }
        self.world.count("billed failures")
        guard let number = self.inputs[usage.freshInput], let answer = self.answers[number] else {
            return self.world.violate("an attempt that failed is billed with \(usage), and no model had such a request")
        }
        self.world.require(self.settled.insert(number).inserted, "answer \(number) was billed twice")
        self.world.require(
            usage.output <= answer.usage.output,
            "answer \(number) used \(answer.usage), the journal says \(usage) of a part of it")
        let least = Self.price.cost(of: usage)
        let isBilled =
            switch attempt.cost {
            // What came after the last report is estimated, of what broke off or nobody waited for.
            case .estimated(let cost)?: cost >= least
            case let cost: usage == answer.usage && cost == .known(least)
            }
        self.world.require(
            isBilled,
            "\(usage) is billed with \(Self.price.cost(of: usage)), the journal says \(String(describing: attempt.cost))"
        )
    }
}
