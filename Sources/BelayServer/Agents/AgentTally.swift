import BelayCore

/// What an execution used and went through, as far as its events were read: for the usage and the headers of an answer.
struct AgentTally: Sendable, Hashable {
    private(set) var usage = Usage.zero
    private(set) var cost = Cost.known(.zero)
    /// Of all model calls, failed ones included.
    private(set) var attempts = 0
    /// Of the last answer of a model.
    private(set) var path: ModelPath?
    private(set) var isDegraded = false
    /// What the user may be told of the last model call that failed.
    private(set) var userMessage: String?

    mutating func take(_ event: Event) {
        switch event {
        case .modelAnswered(let answer):
            // An earlier answer that stands in was no attempt.
            if !answer.isDegraded { self.attempts += 1 }
            self.isDegraded = self.isDegraded || answer.isDegraded
            self.path = answer.path
            self.usage += answer.usage
            self.cost = self.cost.adding(answer.cost)
        case .attemptFailed(let failed):
            self.attempts += 1
            self.usage += failed.attempt.failure.usage ?? .zero
            if let cost = failed.attempt.cost { self.cost = self.cost.adding(cost) }
        case .modelCallFailed(let failed): self.userMessage = failed.userMessage
        default: break
        }
    }
}
