import BelayCore
import HTTPTypes

/// What the headers of an answer tell of how it came about.
enum AnswerHeaders {
    /// Of a whole answer.
    static func fields(of result: ModelCallResult) -> HTTPFields {
        var fields = Self.fields(path: result.path, attempts: result.failedAttempts.count + 1, outcome: result.outcome)
        if result.isFromCache { fields[.belayAttempts] = String(result.failedAttempts.count) }
        fields[.belayCache] = result.cache?.rawValue
        fields.tell(result.failedAttempts.cost.adding(result.cost))
        // It was right when it was made, and nobody could say whether it still is.
        if result.isDegraded { fields[.belayDegraded] = Self.cachedAnswer }
        return fields
    }

    /// Of vectors.
    static func fields(of result: EmbeddingResult) -> HTTPFields {
        var fields = Self.fields(path: result.path, attempts: result.failedAttempts.count + 1)
        fields.tell(result.failedAttempts.cost.adding(result.cost))
        return fields
    }

    /// Of one that is streamed: what it costs is known at its end only.
    ///
    /// - Parameters:
    ///   - attempts: How many it took until the first output.
    ///   - outcome: The name by which the client may judge the answer.
    ///   - cache: What the cache had to do with it; nil where it has nothing to do with such requests.
    static func fields(path: ModelPath, attempts: Int, outcome: String? = nil, cache: CacheUse? = nil) -> HTTPFields {
        var fields: HTTPFields = [.belayPath: path.description, .belayAttempts: String(attempts)]
        fields[.belayOutcome] = outcome
        fields[.belayCache] = cache?.rawValue
        return fields
    }

    /// Of one whose path isn't known yet.
    static func fields(outcome: String?) -> HTTPFields {
        var fields = HTTPFields()
        fields[.belayOutcome] = outcome
        return fields
    }

    /// Of an error: what was tried for it, and what that cost.
    static func fields(of attempts: [ModelAttempt]) -> HTTPFields {
        var fields: HTTPFields = [.belayAttempts: String(attempts.count)]
        fields.tell(attempts.cost)
        return fields
    }

    /// Of an agent's answer, or of its failure.
    static func fields(of tally: AgentTally) -> HTTPFields {
        var fields: HTTPFields = [.belayAttempts: String(tally.attempts)]
        fields.tell(tally.cost)
        if let path = tally.path { fields[.belayPath] = path.description }
        if tally.isDegraded { fields[.belayDegraded] = Self.cachedAnswer }
        return fields
    }

    private static let cachedAnswer = "cached-answer"
}

extension HTTPFields {
    /// Says what a call cost, and whether that is an estimate.
    fileprivate mutating func tell(_ cost: Cost) {
        self[.belayCost] = cost.amount?.plainDollars ?? "unknown"
        if case .estimated = cost { self[.belayCostEstimated] = "true" }
    }
}
