/// How one simulated world went.
package struct Verdict: Sendable {
    package var seed: UInt64
    package var plant: Plant?
    /// The promise that was broken, nil if none was.
    package var violation: String?
    /// What happened, line by line; empty unless it was asked for.
    package var story: [String]
    /// How often what happened: faults, events, deaths.
    package var tally: [String: Int]
    /// Jobs that were run.
    package var turns: Int
    /// How much time went by in the world.
    package var time: Duration
    /// Equal for equal runs.
    package var fingerprint: UInt64

    /// For people: what was broken, how it came to that, and how to see it again.
    package var report: String {
        guard let violation else { return "Seed \(self.seed) holds: \(self.turns) turns in \(self.time) of its time." }
        let end = self.story.firstIndex { $0.contains("  VIOLATION") } ?? self.story.count - 1
        let told = self.story.prefix(end + 1).suffix(Self.storyLines)
        let planted = self.plant.map { " --plant \($0.rawValue)" } ?? ""
        return """
            Seed \(self.seed) broke a promise: \(violation)

            \(told.joined(separator: "\n"))

            Again: swift run -c release belay-simulate --first \(self.seed) --seeds 1\(planted)
            """
    }

    private static let storyLines = 40
}
