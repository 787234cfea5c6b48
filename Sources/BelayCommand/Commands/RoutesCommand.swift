import ArgumentParser
import BelayCore
import BelayRouting
import Foundation

struct RoutesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "routes", abstract: "Looks into how models are chosen.", subcommands: [Simulate.self])

    struct Simulate: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Says what other ways to choose would have made of logged calls.",
            discussion: """
                Reads outcomes as JSON Lines (docs/routing.md has the format) and prints reward, cost and regret of each \
                way to choose, with standard errors, as far as the log can tell.
                """)

        @Option(help: ArgumentHelp("The outcomes, one a line.", valueName: "file"))
        var outcomes: String
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

        func run() throws {
            let options = try self.options()
            let outcomes: [CallOutcome]
            do {
                outcomes = try OutcomeLog.read(try self.bytes())
            } catch let error as OutcomeLog.LineError {
                throw Failure.wrongData("\(self.outcomes):\(error.line): \(error.reason)")
            }
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

        private func bytes() throws -> [UInt8] {
            do {
                let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: self.outcomes))
                defer { try? file.close() }  // Nothing was written.
                let data = try file.read(upToCount: Self.mostBytes + 1) ?? Data()
                guard data.count <= Self.mostBytes else {
                    throw Failure.wrongData(
                        "\(self.outcomes) is larger than \(Self.mostBytes >> 20) MiB. Give the outcomes of one task.")
                }
                return [UInt8](data)
            } catch let error as CocoaError {
                throw Failure.wrongData("\(self.outcomes) can't be read: \(error.localizedDescription)")
            }
        }
    }
}
