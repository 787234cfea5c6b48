/// Why a request gets an error instead of an answer, free of any vendor's format.
package struct IngressProblem: Error, Sendable, Hashable {
    package enum Kind: Sendable, Hashable, CaseIterable {
        // The request's own.
        case malformedBody, bodyTooLarge, missing, unknown, wrongType, badValue, tooSmall, tooLarge, tooLong
        /// Known to the vendor, and not possible here.
        case unsupported
        /// The messages break a rule of their vendor.
        case brokenConversation
        case modelNotFound, notAuthenticated, notPermitted, notFound, methodNotAllowed, conflict
        /// A limit of this server, or of every path.
        case rateLimited, tokensLimited, overBudget, overloaded
        // What no path of the route could do.
        case contextTooLong, contentFiltered, upstreamRefused, upstreamFailed, timedOut
        /// The client went away: nobody reads this.
        case cancelled
        /// A defect of ours.
        case internalError
    }

    package var kind: Kind
    package var path: ParameterPath
    /// For people: what is wrong and what is expected. Holds no prompt and no key.
    package var message: String
    /// When a new try makes sense; nil when nothing is known.
    package var retryAfter: Duration?
    /// Whether a model was asked, as often as it makes sense: another try by the client would only multiply that.
    package var wasTried = false

    package init(_ kind: Kind, at path: ParameterPath = .body, _ message: String, retryAfter: Duration? = nil) {
        self.kind = kind
        self.path = path
        self.message = message
        self.retryAfter = retryAfter
    }
}
