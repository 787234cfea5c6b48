import BelayCore

extension ModelAnswer {
    /// The answer with the origin of its reasoning written on it, for a client of another protocol than the provider's.
    package var withMarkedReasoning: ModelAnswer {
        var answer = self
        answer.content = self.content.map { part in
            guard case .reasoning(var reasoning) = part else { return part }
            reasoning.signature = reasoning.signature.map { Reasoning.marked($0, origin: reasoning.origin) }
            return .reasoning(reasoning)
        }
        return answer
    }
}

extension ModelStreamEvent {
    /// The event with the origin of its reasoning written on it.
    ///
    /// - Parameter provider: Who wrote it.
    package func markingReasoning(of provider: String) -> ModelStreamEvent {
        guard case .reasoningSignature(let signature) = self else { return self }
        return .reasoningSignature(Reasoning.marked(signature, origin: provider))
    }
}
