import BelayCore
import BelayResilience
import Foundation

/// Spreads calls over paths by weight; what belongs together stays together.
///
/// With a key, such as an execution's identifier, the choice is weighted rendezvous hashing (Schindelhauer and
/// Schomaker, "Weighted distributed hash tables", SPAA 2005): the same key meets the same path on every node without any
/// state, and when a path can't be used only its own keys move.
public struct WeightedRouter: Sendable, Hashable {
    public struct Target: Sendable, Hashable {
        public var path: ModelPath
        /// Relative to the others; 0 takes no calls.
        public var weight: Double

        public init(_ path: ModelPath, weight: Double) {
            precondition(weight >= 0 && weight.isFinite, "A weight of \(weight) is no share; 0 or more.")
            self.path = path
            self.weight = weight
        }
    }

    public let targets: [Target]

    public init(_ targets: [Target]) { self.targets = targets }

    /// The path for a key; nil when no path with a weight is available.
    public func choose(for key: String, where isAvailable: (ModelPath) -> Bool = { _ in true }) -> ModelPath? {
        var best: (path: ModelPath, score: Double)?
        for target in self.targets where target.weight > 0 && isAvailable(target.path) {
            var random = SeededGenerator(seed: Self.hash(key, target.path))
            let score = target.weight / -log(1 - random.nextUnit() + 0x1p-54)
            if best.map({ score > $0.score }) ?? true { best = (target.path, score) }
        }
        return best?.path
    }

    /// A path by chance; nil when no path with a weight is available.
    public func choose(
        using random: inout some RandomNumberGenerator, where isAvailable: (ModelPath) -> Bool = { _ in true }
    ) -> ModelPath? {
        let usable = self.targets.filter { $0.weight > 0 && isAvailable($0.path) }
        var left = random.nextUnit() * usable.reduce(0) { $0 + $1.weight }
        for target in usable {
            left -= target.weight
            if left < 0 { return target.path }
        }
        return usable.last?.path
    }

    /// FNV-1a (Fowler, Noll and Vo) over the key and the path: the same on every node and in every version, unlike
    /// Swift's own hashes.
    private static func hash(_ key: String, _ path: ModelPath) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for text in [key, path.provider, path.model] {
            for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
            hash = (hash ^ 0xff) &* 0x0000_0100_0000_01b3
        }
        return hash
    }
}
