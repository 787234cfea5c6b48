import ArgumentParser
import BelaySimulation
import Foundation

@main
struct BelaySimulate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "belay-simulate",
        abstract: "Runs Belay in simulated worlds full of faults, one a seed, and checks what it promises.",
        discussion: "Ends with 1 when a promise was broken, and tells how it came to that.")

    @Option(help: "How many worlds.")
    var seeds = 1_000

    @Option(help: "The first seed; the others follow it.")
    var first: UInt64 = 1

    @Option(help: "Worlds at the same time.")
    var threads = 1

    @Option(
        help: "A bug to plant, to see that it is caught: \(Plant.allCases.map(\.rawValue).joined(separator: ", ")).")
    var plant: Plant?

    @Flag(help: "Go on after a violation.")
    var all = false

    @Flag(help: "Tell the whole story of the first seed.")
    var story = false

    func validate() throws {
        guard self.seeds >= 1, self.threads >= 1 else { throw ValidationError("--seeds and --threads begin at 1.") }
    }

    func run() async throws {
        if self.story { return try await self.tell() }
        let campaign = Campaign(
            first: self.first, count: self.seeds, plant: self.plant, threads: self.threads,
            stopsAtViolation: !self.all)
        let start = ContinuousClock.now
        let outcome = await campaign.run { verdict, outcome in
            if verdict.violation != nil { print(verdict.report + "\n") }
            if outcome.seeds.isMultiple(of: 1_000) {
                print("\(outcome.seeds) seeds, \(outcome.violations.count) violations")
            }
            fflush(nil)  // A long run is read while it goes on.
        }
        self.summarize(outcome, took: ContinuousClock.now - start)
        if !outcome.violations.isEmpty { throw ExitCode(1) }
    }

    private func tell() async throws {
        let campaign = Campaign(first: self.first, count: 1, plant: self.plant, tellsStory: true)
        let outcome = await campaign.run { verdict, _ in print(verdict.story.joined(separator: "\n")) }
        if !outcome.violations.isEmpty { throw ExitCode(1) }
    }

    private func summarize(_ outcome: Campaign.Outcome, took: Duration) {
        let seconds = Double(took.components.seconds) + Double(took.components.attoseconds) / 1e18
        for (what, times) in outcome.tally.sorted(by: { $0.key < $1.key }) { print("  \(what): \(times)") }
        print(
            """
            \(outcome.seeds) seeds from \(self.first), \(outcome.violations.count) violations, \(outcome.turns) turns, \
            \(outcome.time.components.seconds / 3_600) h of simulated time in \(Int(seconds.rounded())) s: \
            \(Int(Double(outcome.seeds) / seconds * 60)) seeds a minute
            """)
    }
}

extension Plant: ExpressibleByArgument {}
