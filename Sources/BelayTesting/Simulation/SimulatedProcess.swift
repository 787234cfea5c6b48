/// A process of a simulated world: what dies, pauses and forgets as one. Number 0 is the world itself, which never dies.
package struct SimulatedProcess: Hashable, Sendable, CustomStringConvertible {
    package let number: Int

    package static let world = SimulatedProcess(number: 0)

    package var description: String { self.number == 0 ? "world" : "process \(self.number)" }
}
