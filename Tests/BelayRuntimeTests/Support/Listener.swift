import BelayCore
import BelayJSON
import BelayResilience
import BelayTesting

/// A model that knows nothing but what stands in its request: a question it answers from there, or not at all, and a
/// conversation it sums up by what stands in that. Tokens are counted from the bytes of each request.
final class Listener: Sendable {
    private struct State {
        var requests: [ModelRequest] = []
        var summaries = 0
    }

    private let state = Locked(State())

    /// Requests of steps, in order.
    var requests: [ModelRequest] { self.state.withLock { $0.requests } }
    var summaries: Int { self.state.withLock { $0.summaries } }

    var model: ScriptedModel {
        ScriptedModel { [self] call in
            let text = self.answer(call)
            return .answer(
                ModelAnswer(
                    content: [.text(text)], stopReason: .endTurn,
                    usage: Usage(freshInput: Self.tokens(of: call.request), output: text.utf8.count / 4 + 1),
                    model: ScriptedModel.path.model))
        }
    }

    private static func tokens(of request: ModelRequest) -> Int {
        request.messages.reduce(request.system.utf8.count) { $0 + $1.text.utf8.count } / 4
    }

    private func answer(_ call: ModelCall) -> String {
        if call.request.outputSchema != nil {
            self.state.withLock { $0.summaries += 1 }
            return Self.summary(of: call.request.messages.last?.text ?? "")
        }
        self.state.withLock { $0.requests.append(call.request) }
        let asked = call.request.messages.last?.text ?? ""
        guard let question = asked.wholeMatch(of: /What is my (.+)\?/) else { return "Noted." }
        return Self.recall(String(question.1), from: call.request.messages.dropLast()).map { "It is \($0)." }
            ?? "I don't know."
    }

    /// The last value that was said, or that the record holds.
    private static func recall(_ name: String, from messages: some Sequence<Message>) -> String? {
        var value: String?
        for message in messages {
            let record = message.text.split(separator: "\n").last.flatMap { try? JSON.parse(String($0)) }
            for fact in record?["facts"]?.arrayValue ?? [] where fact["name"]?.stringValue == name {
                value = fact["value"]?.stringValue
            }
            for statement in message.text.matches(of: /My (.+?) is (.+?)\./) where statement.1 == name {
                value = String(statement.2)
            }
        }
        return value
    }

    /// What it finds in the messages that it is given, and nothing else.
    private static func summary(of document: String) -> String {
        guard let record = try? JSON.parse(document) else { return "This is no record." }
        var facts: [JSON] = []
        for message in record["messages"]?.arrayValue ?? [] where message["from"]?.stringValue == "user" {
            for statement in (message["text"]?.stringValue ?? "").matches(of: /My (.+?) is (.+?)\./) {
                facts.append([
                    "name": .string(String(statement.1)), "value": .string(String(statement.2)),
                    "message": message["number"] ?? 0,
                ])
            }
        }
        let count = record["messages"]?.arrayValue?.count ?? 0
        let answer: JSON = ["summary": .string("\(count) messages of small talk."), "facts": .array(facts)]
        return answer.serialized()
    }
}
