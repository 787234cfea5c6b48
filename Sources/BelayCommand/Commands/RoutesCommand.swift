import ArgumentParser
import Belay
import BelayConfiguration
import BelayRouting
import Foundation

struct RoutesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "routes", abstract: "Looks into how models are chosen.",
        subcommands: [Show.self, Simulate.self])

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Shows the routes, and what those that learn make of the outcomes in the store.")
        @OptionGroup var project: ProjectOptions

        func run() async throws {
            try await self.project.load().withGateway { _, gateway in
                let routes = gateway.overview
                if self.project.json { return Console.result(["items": .array(routes.map(\.json)), "next": .null]) }
                var table = Table(["ROUTE", "POLICY", "TASK", "PATH", "SUCCESS", "OUTCOMES", "COST", "SECONDS", ""])
                for route in routes { for row in Self.rows(of: route) { table.add(row) } }
                Console.result(table.text(width: Console.width))
            }
        }

        private static func rows(of route: RouteOverview) -> [[String]] {
            let unknown = route.paths.filter { path in !route.knowledge.contains { $0.path == path } }
            let known = route.knowledge.map { known in
                [
                    route.name, route.policy.word, known.task, "\(known.path)",
                    String(format: "%.1f %%", known.success * 100), String(format: "%.0f", known.evidence),
                    known.cost.map { String(format: "$%.6f", $0) } ?? "-",
                    known.latency.map { String(format: "%.2f", $0) } ?? "-", known.isSuspended ? "suspended" : "",
                ]
            }
            return known + unknown.map { [route.name, route.policy.word, "-", "\($0)", "-", "-", "-", "-", ""] }
        }
    }

    struct Simulate: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Says what other ways to choose would make of calls: of logged ones, or of worlds from a seed.",
            discussion: """
                With --outcomes it reads outcomes as JSON Lines (docs/routing.md has the format; `belay outcomes --log` \
                writes it) and prints reward, cost and regret of each way to choose, with standard errors, as far as the \
                log can tell.

                Without, it makes worlds with hidden rates of success that drift, an outage and a price that falls to a \
                tenth, and prints for each way to choose reward, cost and regret against somebody who knows the truth, \
                how soon it leaves a path that fails and comes back to it, and the worst window of a ceiling on costs.
                """)

        @Option(help: ArgumentHelp("The outcomes, one a line.", valueName: "file"))
        var outcomes: String?
        @Option(help: "How many worlds of each kind, without --outcomes.")
        var worlds = 3
        @Option(help: "How many calls each world has, without --outcomes.")
        var calls = 4_000
        @Option(help: ArgumentHelp("What a right answer is worth.", valueName: "dollars"))
        var value = "0.10"
        @Option(help: ArgumentHelp("What a second of waiting costs.", valueName: "dollars"))
        var penalty = "0.001"
        @Option(help: ArgumentHelp("The mean cost of a call that may not be exceeded.", valueName: "dollars"))
        var ceiling: String?
        @Option(help: "For the chance in what is compared.")
        var seed: UInt64 = 1
        @Flag(help: "Print results as JSON.")
        var json = false

        /// Some 500,000 outcomes. All of them are in memory.
        private static let mostBytes = 256 << 20

        func validate() throws {
            guard (1...100).contains(self.worlds) else { throw ValidationError("--worlds has to be from 1 to 100") }
            guard (1_000...100_000).contains(self.calls) else {
                throw ValidationError("--calls has to be from 1000 to 100000")
            }
        }

        func run() throws {
            guard let file = self.outcomes else {
                let comparison = RoutingComparison(seeds: self.worlds, calls: self.calls)
                return self.json ? Console.result(comparison.json) : Console.result(comparison.table)
            }
            let options = try self.options()
            let outcomes: [CallOutcome]
            do {
                outcomes = try OutcomeLog.read(try Self.bytes(of: file))
            } catch let error as OutcomeLog.LineError {
                throw Failure.wrongData("\(file):\(error.line): \(error.reason)")
            }
            guard !outcomes.isEmpty else { throw Failure.wrongData("\(file) has no outcomes.") }
            let replay = OutcomeReplay(outcomes, options: options, seed: self.seed)
            if self.json { Console.result(replay.json) } else { Console.result(replay.table) }
        }

        private func options() throws -> LearnedRoutingOptions {
            let options = LearnedRoutingOptions(
                valueOfSuccess: try Self.money(self.value, "value"),
                penaltyPerSecond: try Self.money(self.penalty, "penalty"),
                costCeiling: try self.ceiling.map { try Self.money($0, "ceiling") })
            guard options.problems.isEmpty else { throw Failure.wrongUsage(options.problems.joined(separator: " ")) }
            return options
        }

        private static func money(_ text: String, _ option: String) throws -> Money {
            guard let money = Money(dollars: text) else {
                throw Failure.wrongUsage("--\(option) has to be an amount of dollars such as 0.05, and is '\(text)'.")
            }
            return money
        }

        private static func bytes(of path: String) throws -> [UInt8] {
            do {
                let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
                defer { try? file.close() }  // Nothing was written.
                let data = try file.read(upToCount: Self.mostBytes + 1) ?? Data()
                guard data.count <= Self.mostBytes else {
                    throw Failure.wrongData(
                        "\(path) is larger than \(Self.mostBytes >> 20) MiB. Give the outcomes of one task.")
                }
                return [UInt8](data)
            } catch let error as CocoaError {
                throw Failure.wrongData("\(path) can't be read: \(error.localizedDescription)")
            }
        }
    }
}
