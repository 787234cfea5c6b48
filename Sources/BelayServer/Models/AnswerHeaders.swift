import BelayCore
import HTTPTypes

/// What the headers of an answer tell of how it came about.
enum AnswerHeaders {
    /// Of a whole answer.
    static func fields(of result: ModelCallResult) -> HTTPFields {
        var fields = Self.fields(path: result.path, attempts: result.failedAttempts.count + 1, outcome: result.outcome)
        if result.isFromCache { fields[.belayAttempts] = String(result.failedAttempts.count) }
        fields[.belayCache] = result.cache?.rawValue
        fields[.belayCost] = Self.text(Self.sum(of: result.failedAttempts, with: result.cost.amount))
        // It was right when it was made, and nobody could say whether it still is.
        if result.isDegraded { fields[.belayDegraded] = Self.cachedAnswer }
        return fields
    }

    /// Of vectors.
    static func fields(of result: EmbeddingResult) -> HTTPFields {
        var fields = Self.fields(path: result.path, attempts: result.failedAttempts.count + 1)
        fields[.belayCost] = Self.text(Self.sum(of: result.failedAttempts, with: result.cost.amount))
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
        [.belayAttempts: String(attempts.count), .belayCost: Self.text(Self.sum(of: attempts, with: .zero))]
    }

    /// Of an agent's answer, or of its failure.
    static func fields(of tally: AgentTally) -> HTTPFields {
        var fields: HTTPFields = [
            .belayAttempts: String(tally.attempts), .belayCost: Self.text(tally.cost),
        ]
        if let path = tally.path { fields[.belayPath] = path.description }
        if tally.isDegraded { fields[.belayDegraded] = Self.cachedAnswer }
        return fields
    }

    private static let cachedAnswer = "cached-answer"

    /// - Returns: Nil as soon as one price is unknown: then nothing may be concluded.
    private static func sum(of attempts: [ModelAttempt], with first: Money?) -> Money? {
        attempts.reduce(first) { sum, attempt in
            guard let sum else { return nil }
            guard let cost = attempt.cost else { return sum }
            return cost.amount.map { sum + $0 }
        }
    }

    private static func text(_ cost: Money?) -> String { cost.map(\.plainDollars) ?? "unknown" }
}
