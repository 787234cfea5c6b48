import BelayCore
import BelayJSON
import BelayResilience

/// One structured output on its way: asks the machine what to do, does it, judges the answer.
struct StructuredCall: Sendable {
    private let gateway: Gateway
    private let call: ModelCall
    private let paths: Set<ModelPath>
    private let total: Duration
    private let start: Moment
    private let reader: OutputReader
    private let rules: [OutputRule<JSON>]
    private var machine: StructuredMachine
    private var tries: [StructuredTry] = []
    /// Calls that were made, with an answer or without.
    private var calls = 0
    private var attempts: [ModelAttempt] = []

    init(gateway: Gateway, call: ModelCall, route: Route, reader: OutputReader, rules: [OutputRule<JSON>]) {
        self.gateway = gateway
        self.call = call
        self.total = call.timeout.map { min($0, route.total) } ?? route.total
        self.start = gateway.timekeeper.now
        self.reader = reader
        self.rules = rules
        self.paths = Set(route.paths.map(\.model))
        let needs = RequestNeeds(call.request)
        let paths = route.paths.map(\.model).filter { gateway.takes(call.request, needs, on: $0) }
        self.machine = StructuredMachine(
            paths: Set(paths), attempts: min(route.maxAttempts, call.maxAttempts ?? .max),
            // What only the client's own bytes can say would be missing from the second question.
            mayReask: call.request.original?.isBound != true, onRefusal: route.onRefusal)
    }

    /// - Throws: `StructuredOutputFailure` when answers came and none was valid, else as ``Gateway/call(_:observe:)``.
    mutating func run() async throws -> StructuredOutput {
        var step = self.machine.start
        while true {
            switch step {
            case .giveUp: throw self.failure(nil)
            case .ask(let excluded, let attempts):
                var next = self.call
                next.excluded.formUnion(excluded)
                if let output = try await self.perform(next, attempts: attempts, isReasked: false, then: &step) {
                    return output
                }
            case .reask(let path, let attempts):
                var next = self.call
                next.request = self.reasked()
                next.purpose = .reask
                next.excluded.formUnion(self.others(than: path))
                if let output = try await self.perform(next, attempts: attempts, isReasked: true, then: &step) {
                    return output
                }
            }
        }
    }

    /// Makes a call and judges its answer.
    ///
    /// - Returns: The output; nil when `step` says how it goes on.
    private mutating func perform(
        _ call: ModelCall, attempts: Int, isReasked: Bool, then step: inout StructuredMachine.Step
    ) async throws -> StructuredOutput? {
        var call = call
        call.maxAttempts = attempts
        // Each answer is judged for itself, so each has an outcome of its own.
        self.calls += 1
        if let name = self.call.outcome, self.calls > 1 { call.outcome = "\(name).try\(self.calls)" }
        let left = self.total - self.start.duration(to: self.gateway.timekeeper.now)
        guard left > .zero || self.tries.isEmpty else { throw self.failure(nil) }
        call.timeout = left
        do {
            let result = try await self.gateway.unchecked(call)
            if let output = try await self.judge(result, isReasked: isReasked, then: &step) { return output }
            self.gateway.desk.forget(call)
            return nil
        } catch let failure as ModelCallFailure {
            guard let last = self.tries.last else { throw failure }
            self.note(failure.attempts)
            guard isReasked else { throw self.failure(failure.failure) }
            step = self.machine.reaskUnanswered(
                on: last.path, attempts: failure.attempts.count { $0.wasSent })
            return nil
        } catch let cancelled as ModelCallCancelled {
            self.note(cancelled.attempts)
            throw ModelCallCancelled(attempts: self.attempts)
        }
    }

    private mutating func judge(
        _ result: ModelCallResult, isReasked: Bool, then step: inout StructuredMachine.Step
    ) async throws -> StructuredOutput? {
        let reading = self.reader.read(result.answer)
        var judged = StructuredTry(
            path: result.path, answer: result.answer, isReasked: isReasked, repairs: [], problems: [])
        var verdict = StructuredMachine.Verdict.invalid
        switch reading {
        case .value(let value, let repairs):
            judged.repairs = repairs
            for rule in self.rules {
                if let problem = try await rule.problem(value) { judged.problems.append(problem) }
            }
            if judged.isValid { return self.succeed(value, judged, result) }
        case .invalid(let problems, let repairs): (judged.problems, judged.repairs) = (problems, repairs)
        case .refused:
            judged.problems = ["the model refused to answer"]
            verdict = .refused
        }
        self.tries.append(judged)
        self.gateway.reportOutput(isValid: false, of: result, to: self.call)
        let sent = result.failedAttempts.count { $0.wasSent } + (result.isFromCache ? 0 : 1)
        self.note(result.failedAttempts)
        if !result.isFromCache { self.note([Self.attempt(result, judged)]) }
        step = self.machine.failed(verdict, on: result.path, attempts: max(1, sent))
        return nil
    }

    private mutating func succeed(
        _ value: JSON, _ judged: StructuredTry, _ result: ModelCallResult
    ) -> StructuredOutput {
        self.gateway.reportOutput(isValid: true, of: result, to: self.call)
        let conduct: StructuredOutput.Conduct =
            switch self.tries.last {
            case nil: judged.repairs.isEmpty ? .valid : .repaired
            case let last?: last.path == judged.path ? .reasked : .nextPath
            }
        self.tries.append(judged)
        var result = result
        self.note(result.failedAttempts)
        result.failedAttempts = self.attempts
        result.duration = self.start.duration(to: self.gateway.timekeeper.now)
        if !judged.repairs.isEmpty {
            // Whoever reads the answer gets what was found valid.
            result.answer = result.answer.replacingText(with: value.serialized())
            result.original = nil
        }
        return StructuredOutput(value: value, conduct: conduct, result: result, tries: self.tries)
    }

    private mutating func note(_ attempts: [ModelAttempt]) {
        for var attempt in attempts {
            attempt.number = self.attempts.count + 1
            self.attempts.append(attempt)
        }
    }

    /// An answer that was of no use, as the failed attempt that it was.
    private static func attempt(_ result: ModelCallResult, _ judged: StructuredTry) -> ModelAttempt {
        let failure = ModelFailure(
            .malformedResponse, message: "the answer is no valid value", usage: result.answer.usage)
        return ModelAttempt(
            path: judged.path, number: 0, failure: failure, duration: result.duration, cost: result.cost)
    }

    private func failure(_ failure: ModelFailure?) -> StructuredOutputFailure {
        StructuredOutputFailure(
            tries: self.tries, attempts: self.attempts, failure: failure,
            userMessage: self.gateway.options.userMessages.message(for: .malformedResponse))
    }

    private func others(than path: ModelPath) -> Set<ModelPath> {
        self.paths.subtracting([path])
    }

    /// The question with the answer that was of no use, and what is wrong with it.
    private func reasked() -> ModelRequest {
        var request = self.call.request
        request.original = nil
        guard let last = self.tries.last else { return request }
        request.messages += Reask.messages(after: last)
        return request
    }
}

extension ModelAnswer {
    /// The answer with its text in one part, in the place of the first.
    fileprivate func replacingText(with text: String) -> ModelAnswer {
        var answer = self
        let first = self.content.firstIndex { $0.text != nil } ?? self.content.endIndex
        answer.content.removeAll { $0.text != nil }
        answer.content.insert(.text(text), at: min(first, answer.content.endIndex))
        return answer
    }
}
