import BelayCore
import BelayJSON

/// What the stations before the dispatch decided about a call.
package enum ToolReview: Sendable {
    /// The call must not be made; nothing happened. `retryAfter` is how long the rate limit lasts, else nil.
    case denied(ToolFailure, retryAfter: Duration?)
    /// A person has to agree first.
    case needsApproval(ApprovalRequest, ReviewedCall)
    case ready(ReviewedCall)
}

/// A call that passed every check but consent.
package struct ReviewedCall: Sendable, Hashable {
    package var tool: String
    /// Valid by the tool's schema.
    package var arguments: JSON
    /// SHA-256 over the canonical arguments: what an approval is bound to.
    package var digest: String
    /// What had to be mended to read the arguments; empty when they were JSON.
    package var repairs: [String]
}

/// What a person is asked.
package struct ApprovalRequest: Sendable, Hashable {
    /// Which rule asks, in plain words.
    package var reason: String
    /// What will happen, with the arguments; at most 4,000 characters or so.
    package var question: String
    /// How long the answer is waited for.
    package var expiry: Duration
}
