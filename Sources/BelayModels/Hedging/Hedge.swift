/// When a second attempt is made beside one that is slow: for calls where a late answer is worse than a dearer one.
///
/// The second attempt goes to another endpoint of the same model, or to the next path, and counts as any other. Whichever
/// puts something out first, or answers first when nothing is streamed, has won; the other is ended, and what it has used
/// is billed. (Dean and Barroso, "The tail at scale", Communications of the ACM 56 (2013).)
public struct Hedge: Sendable, Hashable {
    public enum Delay: Sendable, Hashable {
        /// Longer than zero.
        case after(Duration)
        /// As long as this share of the route's latest calls took on the same path to their first output, or streamed
        /// nothing, to their answer: 0.5 to 0.999. Nothing is hedged until 20 calls are known.
        case percentile(Double)
    }

    public var delay: Delay
    /// At most this share of the route's calls gets a second attempt, over a minute, and one a minute always may. 0 to 1;
    /// default 0.1.
    public var share: Double

    public init(_ delay: Delay, share: Double = 0.1) {
        self.delay = delay
        self.share = share
    }
}
