/// What a wrong answer to a request costs, which decides how much may be tried out on it.
public enum Stakes: String, Sendable, Hashable, Codable, CaseIterable {
    case low
    case normal
    /// Nothing is tried out: the path that is known to be good is taken.
    case critical
}
