import BelayJSON

extension Fault {
    /// The answer as this fault leaves it: what the model said, not how it was sent.
    func altered(_ answer: Answer) -> Answer {
        var altered = answer
        switch self.kind {
        case .emptyAnswer:
            (altered.text, altered.refusal, altered.calls, altered.stop) = (nil, nil, [], .end)
        case .contentFilter:
            altered.text = answer.text.map { String($0.prefix($0.count / 2)) }
            (altered.calls, altered.stop) = ([], .contentFilter)
        case .refusal:
            altered.refusal = "I can't help with that."
            (altered.text, altered.calls, altered.stop) = (nil, [], .refusal)
        case .truncatedArguments:
            altered.alterLastCall { String($0.prefix(max(1, $0.count / 2))) }
            altered.stop = .maximumTokens
        case .invalidArguments:
            altered.alterLastCall { $0.dropLast() + ",, oops}" }
        case .unknownTool:
            if let last = altered.calls.indices.last { altered.calls[last].name += "_v2" }
        default:
            break
        }
        return altered
    }
}

extension Answer {
    fileprivate mutating func alterLastCall(_ change: (String) -> String) {
        guard let last = self.calls.indices.last else { return }
        self.calls[last].arguments = change(self.calls[last].arguments)
    }
}
