import BelayCore
import Foundation

/// A gateway that answers by script, one turn a call, and remembers what it was asked.
///
/// ```swift
/// let model = ScriptedModel([.call("check_order", ["number": "A-1"], id: "c1"), .text("It is on its way.")])
/// ```
///
/// A call beyond the script's end fails as `badRequest` and says so: every path would refuse, so nothing retries it.
public final class ScriptedModel: ModelGateway {
    public static let path = ModelPath(provider: "scripted", model: "script")

    private struct State {
        var turns: [ScriptedTurn]
        var played = 0
        var calls: [ModelCall] = []
    }

    // An NSLock and not a `Mutex`: the thread sanitizer reports false races on the latter.
    private let lock = NSLock()
    // Only ever touched while `lock` is held.
    nonisolated(unsafe) private var state: State
    private let usage: Usage
    private let cost: Cost
    private let clock: any Clock<Duration>

    /// Whether the last turn comes again and again.
    private let repeatsLastTurn: Bool

    /// - Parameters:
    ///   - usage: What each answer is said to have used.
    ///   - cost: What each answer is said to have cost.
    ///   - clock: What turns that come `after` some time wait on.
    public convenience init(
        _ turns: [ScriptedTurn], usage: Usage = Usage(freshInput: 100, output: 20),
        cost: Cost = .known(Money(microDollars: 100)), clock: any Clock<Duration> = ContinuousClock()
    ) {
        self.init(turns: turns, usage: usage, cost: cost, clock: clock, repeatsLastTurn: false)
    }

    /// A model without an end: asked the same way however often.
    public convenience init(
        usage: Usage = Usage(freshInput: 100, output: 20), cost: Cost = .known(Money(microDollars: 100)),
        clock: any Clock<Duration> = ContinuousClock(),
        _ decide: @escaping @Sendable (ModelCall) async throws -> ScriptedTurn
    ) {
        self.init(turns: [.deciding(decide)], usage: usage, cost: cost, clock: clock, repeatsLastTurn: true)
    }

    private init(
        turns: [ScriptedTurn], usage: Usage, cost: Cost, clock: any Clock<Duration>, repeatsLastTurn: Bool
    ) {
        self.state = State(turns: turns)
        self.usage = usage
        self.cost = cost
        self.clock = clock
        self.repeatsLastTurn = repeatsLastTurn
    }

    /// Every call so far, in the order in which they came.
    public var calls: [ModelCall] { self.lock.withLock { self.state.calls } }

    /// Turns that nobody asked for yet.
    public var turnsLeft: Int { self.lock.withLock { self.state.turns.count - self.state.played } }

    /// Adds turns to the end of the script.
    public func append(_ turns: ScriptedTurn...) { self.lock.withLock { self.state.turns += turns } }

    public func call(_ call: ModelCall, observe: (@Sendable (ModelProgress) -> Void)?) async throws -> ModelCallResult {
        let turn = self.lock.withLock { () -> ScriptedTurn? in
            self.state.calls.append(call)
            if self.state.played < self.state.turns.count {
                self.state.played += 1
            } else if !self.repeatsLastTurn {
                return nil
            }
            return self.state.turns[self.state.played - 1]
        }
        guard let turn else { throw self.outOfTurns(call) }
        observe?(.attemptStarted(number: 1, path: Self.path))
        return try await self.play(turn, call, observe)
    }

    private func play(
        _ turn: ScriptedTurn, _ call: ModelCall, _ observe: (@Sendable (ModelProgress) -> Void)?
    ) async throws -> ModelCallResult {
        switch turn {
        case .text(let text):
            return self.result([.text(text)], .endTurn, observe)
        case .calls(let calls, let text):
            return self.result((text.isEmpty ? [] : [.text(text)]) + calls.map(Content.toolCall), .toolUse, observe)
        case .answer(let answer):
            return ModelCallResult(answer: answer, path: Self.path, cost: self.cost, duration: .zero)
        case .failure(let failure):
            let attempt = ModelAttempt(path: Self.path, number: 1, failure: failure, duration: .zero)
            observe?(.attemptFailed(attempt))
            throw ModelCallFailure(
                failure: failure, attempts: [attempt], userMessage: "No model is available at the moment.")
        case .after(let delay, let turn):
            try await self.clock.sleep(for: delay)
            return try await self.play(turn, call, observe)
        case .silence:
            while true { try await self.clock.sleep(for: .seconds(3_600)) }
        case .deciding(let decide):
            return try await self.play(try await decide(call), call, observe)
        }
    }

    private func result(
        _ content: [Content], _ stop: StopReason, _ observe: (@Sendable (ModelProgress) -> Void)?
    ) -> ModelCallResult {
        for part in content { if case .text(let text) = part { observe?(.textDelta(text, attempt: 1)) } }
        return ModelCallResult(
            answer: ModelAnswer(content: content, stopReason: stop, usage: self.usage, model: Self.path.model),
            path: Self.path, cost: self.cost, duration: .zero)
    }

    private func outOfTurns(_ call: ModelCall) -> ModelCallFailure {
        let asked = call.request.messages.last.map { "\($0.role.rawValue): \($0.text.prefix(200))" } ?? "nothing"
        let message = "The script has no turn for call number \(self.calls.count). The last message was \(asked)"
        return ModelCallFailure(
            failure: ModelFailure(.badRequest, message: message), attempts: [], userMessage: message)
    }
}
