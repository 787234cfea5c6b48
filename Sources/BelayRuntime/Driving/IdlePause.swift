/// How long a node without work pauses before it looks for some again.
///
/// What seems to be due and can't be claimed may not be due by the store's clock, which is the one that counts: looks at it
/// become rarer.
struct IdlePause: Sendable {
    private static let shortest = Duration.milliseconds(5)
    private let longest: Duration
    private var floor = Self.shortest

    init(longest: Duration) { self.longest = longest }

    /// There was work.
    mutating func reset() { self.floor = Self.shortest }

    /// - Parameter due: Until the next work is due, by this process's reckoning.
    mutating func next(due: Duration) -> Duration {
        let pause = min(self.longest, max(self.floor, due))
        if due <= self.floor { self.floor = min(self.floor * 2, self.longest) } else { self.reset() }
        return pause
    }
}
