/// What a client can't make sense of, or knows not to be a whole answer.
package struct UnreadableAnswer: Error, Hashable {
    package var reason: String

    init(_ reason: String) { self.reason = reason }
}
