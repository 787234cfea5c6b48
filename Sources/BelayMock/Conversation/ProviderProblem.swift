/// A refusal by the provider; each protocol gives it its own status, type and body.
struct ProviderProblem: Error, Sendable, Equatable {
    enum Kind: Sendable {
        case invalidRequest
        case missingKey
        case invalidKey
        case unknownModel
        case unknownPath
        case wrongMethod
        case tooLarge
        case contextOverflow
        case rateLimited
        case quotaExhausted
        case serverError
        case unavailable
        case overloaded
    }

    var kind: Kind
    var message: String
    /// The offending part of the request, where the protocol can name it.
    var parameter: String?

    init(_ kind: Kind, _ message: String, parameter: String? = nil) {
        self.kind = kind
        self.message = message
        self.parameter = parameter
    }

    static func invalid(_ message: String, _ parameter: String? = nil) -> Self {
        Self(.invalidRequest, message, parameter: parameter)
    }
}
