import BelayIngress

extension IngressProblem {
    /// What went wrong before a request was read, for clients who know their vendor's form only.
    init(_ problem: Problem) {
        let kind: Kind =
            switch problem.status {
            case .unauthorized: .notAuthenticated
            case .forbidden, .misdirectedRequest: .notPermitted
            case .notFound: .notFound
            case .methodNotAllowed: .methodNotAllowed
            case .conflict: .conflict
            case .contentTooLarge: .bodyTooLarge
            case .tooManyRequests: .rateLimited
            case .serviceUnavailable: .overloaded
            case .internalServerError: .internalError
            default: .malformedBody
            }
        self.init(kind, problem.detail)
    }
}
