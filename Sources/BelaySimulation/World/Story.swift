import BelayCore

/// What happened in a world, in order, for people. Told only when somebody listens, for it costs more than the world.
final class Story: @unchecked Sendable {  // Touched on the simulation's thread only.
    let isTold: Bool
    private(set) var lines: [String] = []

    init(isTold: Bool) { self.isTold = isTold }

    func tell(at time: Duration, _ who: String, _ what: String) {
        let seconds = String(time.milliseconds / 1_000)
        let milliseconds = String(time.milliseconds % 1_000)
        let padded = String(repeating: "0", count: 3 - milliseconds.count) + milliseconds
        let indent = String(repeating: " ", count: max(0, 5 - seconds.count))
        let name = who + String(repeating: " ", count: max(0, 10 - who.count))
        self.lines.append("\(indent)\(seconds).\(padded)  \(name) \(what.replacing("\n", with: " "))")
    }
}
