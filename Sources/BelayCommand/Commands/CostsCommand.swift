import ArgumentParser
import Belay
import BelayConfiguration
import BelayJSON
import BelayLedger
import BelayServer

struct CostsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "costs", abstract: "Shows what was spent, by whom and for what, and what that makes in a month.",
        subcommands: [List.self, Projection.self], defaultSubcommand: List.self)

    enum Format: String, ExpressibleByArgument, CaseIterable { case table, csv, json }

    /// Which lines of the ledger are meant, and how the result is printed.
    struct Selection: ParsableArguments {
        @Option(help: ArgumentHelp("From when on: \(CostTime.words).", valueName: "time"))
        var since = "30d"
        @Option(help: ArgumentHelp("Before when, likewise. Default now.", valueName: "time"))
        var until: String?
        @Option(help: "Only of this agent.")
        var agent: String?
        @Option(help: "Only of this version of an agent.")
        var agentVersion: String?
        @Option(help: "Only for this task.")
        var task: String?
        @Option(help: ArgumentHelp("Only of this model.", valueName: "provider/model"))
        var model: String?
        @Option(help: "Only of this customer.")
        var customer: String?
        @Option(help: "Only of this user.")
        var user: String?
        @Option(help: "Only of this tenant.")
        var tenant: String?
        @Option(help: "How the result is printed: table, csv or json.")
        var format = Format.table

        func validate() throws {
            for (name, text) in [("since", self.since), ("until", self.until)] {
                guard let text, CostTime.parse(text, now: SystemWallClock().now) == nil else { continue }
                throw ValidationError("--\(name) has to be \(CostTime.words)")
            }
        }

        func report(by dimensions: [CostDimension], in configuration: Configuration) async throws -> CostReport {
            let now = SystemWallClock().now
            let query = CostQuery(
                by: dimensions, since: CostTime.parse(self.since, now: now),
                until: self.until.flatMap { CostTime.parse($0, now: now) },
                filter: [
                    .agent: self.agent, .version: self.agentVersion, .task: self.task, .model: self.model,
                    .customer: self.customer, .user: self.user, .tenant: self.tenant,
                ].compactMapValues { $0 })
            if query.isEmptySpan { throw Failure.wrongUsage("--since has to be before --until") }
            do {
                return try await configuration.withLedger { try await $0.costs(query) }
            } catch let error as TooManyCostGroups {
                throw Failure.wrongData("\(error)")
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Adds up what was spent and spared; who costs most comes first.")
        @OptionGroup var project: ProjectOptions
        @OptionGroup var selection: Selection
        @Option(
            help: ArgumentHelp(
                "What costs are told apart by: "
                    + CostDimension.allCases.map(\.rawValue).joined(separator: ", ") + ".", valueName: "names"))
        var by = "model"
        @Option(help: "At most so many groups, 1 to 10000. Default 50 in a table, else all.")
        var limit: Int?

        func validate() throws {
            if CostDimension.list(self.by) == nil {
                throw ValidationError(
                    "--by has to be some of \(CostDimension.allCases.map(\.rawValue).joined(separator: ", ")), each "
                        + "once, with commas between")
            }
            if let limit, !(1...CostReport.mostGroups).contains(limit) {
                throw ValidationError("--limit has to be from 1 to \(CostReport.mostGroups)")
            }
        }

        func run() async throws {
            let report = try await self.selection.report(
                by: CostDimension.list(self.by) ?? [], in: try self.project.load())
            switch self.project.json ? .json : self.selection.format {
            case .json: Console.result(report.view(atMost: self.limit ?? CostReport.mostGroups))
            case .csv: Console.exactly(report.csv(atMost: self.limit ?? CostReport.mostGroups))
            case .table: self.print(report, atMost: self.limit ?? 50)
            }
        }

        private func print(_ report: CostReport, atMost limit: Int) {
            Console.result(report.table(atMost: limit).text(width: Console.width))
            let more = report.groups.count - limit
            if more > 0 { Console.note("\(more) groups cost less; --limit shows more.") }
            Console.result("")
            for line in report.summary { Console.result(line) }
        }
    }

    struct Projection: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Says what a month costs with 100, 10,000 and 100,000 users a day, and what that assumes.")
        @OptionGroup var project: ProjectOptions
        @OptionGroup var selection: Selection
        @Option(
            help: ArgumentHelp(
                "Sessions of a user on a day, such as 1.5. Default as many as were observed, else 1.",
                valueName: "number"))
        var sessionsPerUser: String?

        func validate() throws {
            if let rate = self.sessionsPerUser, CostProjection.rate(rate) == nil {
                throw ValidationError("--sessions-per-user has to be \(CostProjection.rateWords)")
            }
        }

        func run() async throws {
            let report = try await self.selection.report(by: [], in: try self.project.load())
            let projection = CostProjection(
                report, sessionsPerUser: self.sessionsPerUser.flatMap(CostProjection.rate))
            switch self.project.json ? .json : self.selection.format {
            case .json: Console.result(projection.view)
            case .csv: Console.exactly(projection.csv)
            case .table:
                if !projection.months.isEmpty { Console.result(projection.table.text(width: Console.width) + "\n") }
                for line in projection.assumptions { Console.result(line) }
            }
        }
    }
}
