import BelayCore

/// What a user may be told when no model answered: plain words, no internals, no promise that isn't kept.
public struct UserMessages: Sendable, Hashable {
    /// No model is available.
    public var modelUnavailable: String
    /// It takes too long.
    public var takingTooLong: String
    /// The content was refused.
    public var refused: String
    /// The conversation no longer fits.
    public var tooLong: String
    /// A budget is used up.
    public var budgetUsedUp: String
    /// The request or the configuration is at fault: a person has to look at it.
    public var misconfigured: String

    public init(
        modelUnavailable: String =
            "The assistant can't be reached at the moment. Your request is saved and nothing was lost.",
        takingTooLong: String =
            "This is taking longer than expected. Your progress is saved, and the work will go on.",
        refused: String = "The assistant can't help with this request.",
        tooLong: String = "This conversation has become too long for the assistant. Please start a new one.",
        budgetUsedUp: String =
            "The budget for this is used up for now. Your request is saved and nothing was lost.",
        misconfigured: String =
            "Something is wrong on our side, and trying again won't help. Your request is saved."
    ) {
        self.modelUnavailable = modelUnavailable
        self.takingTooLong = takingTooLong
        self.refused = refused
        self.tooLong = tooLong
        self.budgetUsedUp = budgetUsedUp
        self.misconfigured = misconfigured
    }

    public func message(for kind: ModelFailure.Kind) -> String {
        switch kind {
        case _ where kind.isTimeout: self.takingTooLong
        case .contentFiltered: self.refused
        case .contextTooLong: self.tooLong
        case .allowanceExceeded, .budgetExceeded: self.budgetUsedUp
        case .badRequest, .prefillRefused, .notFound, .authentication: self.misconfigured
        default: self.modelUnavailable
        }
    }
}
