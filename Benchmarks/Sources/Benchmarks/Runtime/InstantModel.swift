import BelayCore
import Synchronization

/// A model in this process that answers at once: it looks one thing up a step, and then says that it is done.
///
/// A task is a number; the answers depend on nothing but the conversation that they are asked for.
final class InstantModel: ModelGateway {
    private struct State {
        var lastAnswer: [String: ContinuousClock.Instant] = [:]
        var latencies = Samples()
        var finished = 0
    }

    private let lookUps: Int
    private let state = Mutex(State())

    /// - Parameter lookUps: Tool calls of each execution.
    init(lookUps: Int) { self.lookUps = lookUps }

    /// Executions that got their last answer.
    var finished: Int { self.state.withLock { $0.finished } }

    /// Milliseconds from one answer to the next call of the same execution: the answer and the tool's result became
    /// durable meanwhile.
    var latencies: Samples { self.state.withLock { $0.latencies } }

    func call(_ call: ModelCall, observe: (@Sendable (ModelProgress) -> Void)?) async throws -> ModelCallResult {
        let task = call.request.messages[0].text
        let step = call.request.messages.count / 2 + 1
        let isLast = step > self.lookUps
        let now = ContinuousClock.now
        self.state.withLock { state in
            if let last = state.lastAnswer[task] { state.latencies.append((now - last) / .milliseconds(1)) }
            state.lastAnswer[task] = isLast ? nil : now
            if isLast { state.finished += 1 }
        }
        let answer = ModelAnswer(
            content: isLast ? [.text("All orders have arrived.")] : StepScript.content(step),
            stopReason: isLast ? .endTurn : .toolUse, usage: Usage(freshInput: 812, cacheRead: 2_048, output: 57),
            model: "gpt-4.1-mini")
        return ModelCallResult(
            answer: answer, path: ModelPath(provider: "openai", model: "gpt-4.1-mini"),
            cost: .known(Money(microDollars: 1)), duration: .zero)
    }
}
