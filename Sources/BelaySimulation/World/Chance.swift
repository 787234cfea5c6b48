import BelayTesting

/// All the chance of a world, from one seed.
final class Chance: RandomNumberGenerator, @unchecked Sendable {  // Touched on the simulation's thread only.
    private var generator: SeededGenerator

    init(seed: UInt64) { self.generator = SeededGenerator(seed: seed) }

    func next() -> UInt64 { self.generator.next() }

    func happens(_ probability: Double) -> Bool { Double(self.next() >> 11) * 0x1p-53 < probability }

    func number(_ range: ClosedRange<Int>) -> Int {
        var generator = self
        return Int.random(in: range, using: &generator)
    }

    func milliseconds(_ range: ClosedRange<Int>) -> Duration { .milliseconds(self.number(range)) }

    func pick<Element>(_ elements: [Element]) -> Element { elements[self.number(0...(elements.count - 1))] }
}
