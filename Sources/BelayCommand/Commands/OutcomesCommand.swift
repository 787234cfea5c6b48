import ArgumentParser
import Belay
import BelayConfiguration
import BelayJSON
import BelayRouting
import BelayServer

struct OutcomesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "outcomes", abstract: "Shows and judges what became of model calls.",
        subcommands: [List.self, Summary.self, Judge.self], defaultSubcommand: List.self)

    /// Which outcomes are meant.
    struct Selection: ParsableArguments {
        @Option(help: "Only of this task.")
        var task: String?
        @Option(help: ArgumentHelp("Only of this path.", valueName: "provider/model"))
        var path: String?

        func validate() throws {
            if let path, ModelPath(path) == nil { throw ValidationError("--path has to be PROVIDER/MODEL") }
        }

        func filter(since: Duration?) -> OutcomeFilter {
            OutcomeFilter(
                task: self.task, path: self.path.flatMap { ModelPath($0) },
                since: since.map { SystemWallClock().now.advanced(by: .zero - $0) })
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists outcomes, the newest first.")
        @OptionGroup var project: ProjectOptions
        @OptionGroup var selection: Selection
        @Option(help: ArgumentHelp("How far back, such as 1h or 7d.", valueName: "duration"))
        var since: String?
        @Option(help: "At most so many, 1 to 10000. Default 50, with --log all.")
        var limit: Int?
        @Flag(help: "Print JSON Lines, the oldest first, as `belay routes simulate --outcomes` reads them.")
        var log = false

        func validate() throws {
            if let limit, !(1...10_000).contains(limit) { throw ValidationError("--limit has to be from 1 to 10000") }
            if let since, DurationText.parse(since) == nil {
                throw ValidationError("--since has to be a duration such as 1h or 7d")
            }
        }

        func run() async throws {
            let filter = self.selection.filter(since: self.since.flatMap(DurationText.parse))
            try await self.project.load().withGateway { _, gateway in
                guard self.log, self.limit == nil else {
                    return self.print(try await gateway.outcomes.outcomes(filter, limit: self.limit ?? 50))
                }
                let size = 1_000
                let all = OutcomesInOrder(pageSize: size) { place in
                    try await gateway.outcomes.outcomes(filter, before: place, limit: size)
                }
                try await all.forEach { Console.line($0.json) }
            }
        }

        private func print(_ outcomes: [CallOutcome]) {
            if self.log { return outcomes.reversed().forEach { Console.line($0.json) } }
            if self.project.json { return Console.result(["items": .array(outcomes.map(\.json))]) }
            var table = Table(["OUTCOME", "ENDED", "TASK", "PATH", "SUCCESS", "MS", "COST", "ERROR", "WHY"])
            for outcome in outcomes {
                table.add([
                    outcome.id, outcome.time.text, outcome.task, "\(outcome.path)",
                    outcome.judgement.map { "\(JSON.short($0).serialized())" } ?? "-",
                    "\(outcome.latency.milliseconds)", outcome.cost.map { "\($0)" } ?? "unknown",
                    outcome.error?.code ?? "", outcome.decision?.reason.rawValue ?? "",
                ])
            }
            Console.result(table.text(width: Console.width))
        }
    }

    struct Summary: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Says how each path did: calls, success, cost and time.")
        @OptionGroup var project: ProjectOptions
        @OptionGroup var selection: Selection
        @Option(help: ArgumentHelp("How far back, such as 15m, 1h or 7d.", valueName: "duration"))
        var window = "1h"

        func validate() throws {
            if DurationText.parse(self.window) == nil {
                throw ValidationError("--window has to be a duration such as 15m, 1h or 7d")
            }
        }

        func run() async throws {
            let filter = self.selection.filter(since: DurationText.parse(self.window))
            try await self.project.load().withGateway { _, gateway in
                let summary = try await gateway.outcomes.summary(filter)
                if self.project.json { return Console.result(summary.json) }
                var table = Table(["PATH", "CALLS", "JUDGED", "SUCCESS", "ERRORS", "COST", "P50 MS", "P95 MS"])
                for path in summary.paths {
                    table.add([
                        "\(path.path)", "\(path.calls)", "\(path.judged)",
                        path.success.map { "\(JSON.short($0 * 100).serialized()) %" } ?? "-", "\(path.errors)",
                        Self.cost(of: path), "\(path.p50.milliseconds)", "\(path.p95.milliseconds)",
                    ])
                }
                Console.result(table.text(width: Console.width))
                if summary.isPartial { Console.note("Of more calls, the newest \(OutcomeSummary.mostCalls).") }
            }
        }

        private static func cost(of path: OutcomeSummary.Path) -> String {
            if path.unpriced == path.calls { return "unknown" }
            return path.unpriced > 0 ? ">= \(path.cost)" : "\(path.cost)"
        }
    }

    struct Judge: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Says whether an answer did what it was for, or corrects what was said before.")
        @OptionGroup var project: ProjectOptions
        @Argument(help: "The outcome: X-Belay-Outcome of the answer.")
        var id: String
        @Option(help: "0 for useless to 1 for right.")
        var success: Double

        func validate() throws {
            if !(0...1).contains(self.success) { throw ValidationError("--success has to be from 0 to 1") }
        }

        func run() async throws {
            try await self.project.load().withGateway { _, gateway in
                guard let outcome = try await gateway.outcomes.judge(self.id, success: self.success) else {
                    throw Failure.wrongData("There is no outcome \(self.id), or no more.")
                }
                Console.result(outcome.json)
            }
        }
    }
}
