/// A generator that many tasks share: what drivers take for chance, by injection.
///
/// Copies draw from the same sequence. The default is the system's generator; tests pass a seeded one.
public struct RandomSource: RandomNumberGenerator, Sendable {
    private let generator: Locked<any RandomNumberGenerator & Sendable>

    public init(_ generator: any RandomNumberGenerator & Sendable = SystemRandomNumberGenerator()) {
        self.generator = Locked(generator)
    }

    public func next() -> UInt64 {
        self.generator.withLock { $0.next() }
    }
}
