import BelayCore
import BelayResilience

extension BoundedRun.Ending {
    /// What a handler returned, or why there is nothing.
    ///
    /// A handler that was asked to stop may still return a result or say exactly what it did; that is better than a
    /// guess.
    func value(of descriptor: ToolDescriptor) throws(ToolFailure) -> Value {
        switch self {
        case .finished(.success(let value), _):
            return value
        case .finished(.failure(var failure as ToolFailure), _):
            // It enters the context as any output does.
            failure.message = OutputBound(maxCharacters: descriptor.maxOutputCharacters).apply(to: failure.message).text
            throw failure
        case .finished(.failure, .deadline), .abandoned(.deadline):
            throw ToolFailure(
                .timeout, "\(descriptor.name) gave no answer within \(descriptor.timeout.inWords).",
                mayHaveHappened: true)
        case .finished(.failure, .cancellation), .abandoned(.cancellation):
            throw ToolFailure(.cancelled, "\(descriptor.name) was cancelled.", mayHaveHappened: true)
        case .finished(.failure(let error), nil):
            let reason = String("\(error)".prefix(2_000))
            throw ToolFailure(.internal, "\(descriptor.name) failed: \(reason)", mayHaveHappened: true)
        }
    }
}

extension ToolFailure {
    /// What changes nothing can't have happened.
    func fitted(to effect: ToolEffect) -> ToolFailure {
        var failure = self
        if effect == .readOnly { failure.mayHaveHappened = false }
        return failure
    }
}

extension ToolFailure.Kind {
    /// What a failure says about the health of the tool: nothing, if the caller is at fault or the other side answered.
    var saysOfTheTool: CircuitBreaker.Outcome {
        switch self {
        case .timeout, .unavailable, .invalidOutput, .internal: .failure
        case .rejected: .success
        case .unknownTool, .invalidArguments, .denied, .budgetExceeded, .budgetReserved, .rateLimited, .circuitOpen,
            .cancelled:
            .ignored
        }
    }
}

extension Duration {
    /// For people and models: `250 ms`, `30 s`.
    var inWords: String {
        self.milliseconds < 1_000
            ? "\(self.milliseconds) ms" : "\(Int((Double(self.milliseconds) / 1_000).rounded(.up))) s"
    }
}
