/// What can go wrong with one attempt at a model.
enum ModelFault: CaseIterable {
    case rateLimited, rateLimitedForLong, serverError, overloaded, unauthorized, badRequest, tooLong
    case noConnection, closedEarly, hangs, slow
    case notJSON, html, empty, errorInside, filtered
    /// After some of the answer came.
    case cut, stalls
}
