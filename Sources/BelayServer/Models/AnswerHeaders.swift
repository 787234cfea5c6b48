import BelayCore
import HTTPTypes

/// What the headers of an answer tell of how it came about.
enum AnswerHeaders {
    /// Of a whole answer.
    static func fields(of result: ModelCallResult) -> HTTPFields {
        var fields = Self.fields(path: result.path, attempts: result.failedAttempts.count + 1)
        if result.isDegraded { fields[.belayAttempts] = String(result.failedAttempts.count) }
        let total = result.failedAttempts.reduce(result.cost.amount) { sum, attempt in
            guard let sum else { return nil }
            guard let cost = attempt.cost else { return sum }
            return cost.amount.map { sum + $0 }
        }
        fields[.belayCost] = total.map(\.plainDollars) ?? "unknown"
        // It was right when it was made, and nobody could say whether it still is.
        if result.isDegraded { fields[.belayDegraded] = "cached-answer" }
        return fields
    }

    /// Of one that is streamed: what it costs is known at its end only.
    ///
    /// - Parameter attempts: How many it took until the first output.
    static func fields(path: ModelPath, attempts: Int) -> HTTPFields {
        [.belayPath: path.description, .belayAttempts: String(attempts)]
    }
}
