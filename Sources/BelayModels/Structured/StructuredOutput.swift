import BelayCore
import BelayJSON

/// A value that passed its schema and every rule, and what it took.
public struct StructuredOutput: Sendable, Hashable {
    /// How the value came about.
    public enum Conduct: String, Sendable, Hashable, CaseIterable {
        /// The first answer was valid as it was.
        case valid
        /// Valid, once damage around it was mended: code fences, trailing commas and the like.
        case repaired
        /// The model was told what was wrong with its first answer.
        case reasked
        /// An answer of an earlier path was of no use.
        case nextPath
    }

    public var value: JSON
    public var conduct: Conduct
    /// The call with all its attempts: an answer that was no valid value counts as a failed one, and was paid for.
    public var result: ModelCallResult
    /// The answers that were read, the valid one last.
    public var tries: [StructuredTry]
}

/// One answer that was read as a structured output.
public struct StructuredTry: Sendable, Hashable {
    public var path: ModelPath
    public var answer: ModelAnswer
    /// Whether the model had been told what was wrong with its answer before.
    public var isReasked: Bool
    /// What was mended, as far as the answer could be read at all.
    public var repairs: [JSONRepair.Repair]
    /// What is wrong with it; empty for a valid value.
    public var problems: [String]

    public var isValid: Bool { self.problems.isEmpty }
}

/// No answer was a valid value, and nothing more may be tried. Holds everything that was: for the person who decides now.
public struct StructuredOutputFailure: Error, Sendable, Hashable {
    /// At least one, in order.
    public var tries: [StructuredTry]
    /// All attempts of the call, those with answers that were no valid value among them.
    public var attempts: [ModelAttempt]
    /// Why no further answer came; nil when one came from every path that may be asked.
    public var failure: ModelFailure?
    /// What the user may be told.
    public var userMessage: String

    /// What the attempts cost together: unknown when the cost of one is.
    public var cost: Cost { self.attempts.cost }
}
