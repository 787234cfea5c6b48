import ArgumentParser
import Belay
import BelayConfiguration
import BelayJSON
import BelayServer

struct WaitsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "waits", abstract: "Lists, shows and answers what executions wait for.",
        subcommands: [List.self, Show.self, Answer.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists open waits, the newest first.")
        @OptionGroup var project: ProjectOptions
        @Flag(help: "Closed ones too.")
        var all = false
        @Option(help: "Only of this kind.")
        var kind: String?
        @OptionGroup var page: PageOptions

        func validate() throws {
            if let kind, WaitKind(rawValue: kind) == nil {
                let known = WaitKind.allCases.map(\.rawValue).joined(separator: ", ")
                throw ValidationError("--kind has to be one of \(known)")
            }
        }

        func run() async throws {
            let cursor = try self.page.cursor
            try await self.project.withStore { runtime in
                let filter = WaitFilter(
                    kinds: self.kind.flatMap(WaitKind.init).map { [$0] }, status: self.all ? nil : .open)
                self.print(try await runtime.store.waits(filter, after: cursor, limit: self.page.limit))
            }
        }

        private func print(_ page: Page<WaitRecord>) {
            if self.project.json {
                return Console.result(
                    ["items": .array(page.items.map(\.view)), "next": page.next.map { .string("\($0)") } ?? .null])
            }
            var table = Table(["WAIT", "KIND", "STATUS", "EXECUTION", "EXPIRES", "QUESTION"])
            for record in page.items {
                table.add([
                    record.wait.id.rawValue, record.wait.kind.rawValue, record.status.rawValue,
                    record.execution.rawValue, record.wait.expires.text, record.wait.question,
                ])
            }
            // In a file or a pipe there is room for everything.
            Console.result(table.text(width: Console.width))
            if let next = page.next { Console.note("More: --cursor \(next)") }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Shows all that a wait asks, and each way to answer it.")
        @OptionGroup var project: ProjectOptions
        @Argument(help: "The wait.")
        var id: String

        func run() async throws {
            try await self.project.withStore { runtime in
                let record = try await WaitsCommand.record(self.id, in: runtime)
                if self.project.json { return Console.result(record.view) }
                let head = "\(record.wait.id) of \(record.execution) is \(record.status.rawValue)"
                let help = WaitHelp(record, project: self.project)
                let lines = record.status == .open ? help.lines : help.question
                Console.result(([head] + lines).joined(separator: "\n"))
            }
        }
    }

    private static func record(_ id: String, in runtime: Runtime) async throws -> WaitRecord {
        guard let record = try await runtime.store.wait(WaitID(rawValue: id)) else {
            throw Failure.wrongData("There is no wait \(id).")
        }
        return record
    }

    struct Answer: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Answers a wait: consent, a text, or any JSON that the wait's schema accepts.")
        @OptionGroup var project: ProjectOptions
        @Argument(help: "The wait.")
        var id: String
        @Flag(help: "Consent to the call.")
        var approve = false
        @Flag(help: "Refuse the call.")
        var reject = false
        @Option(help: "Why; goes with --approve and --reject.")
        var reason: String?
        @Option(help: "The answer to a question.")
        var text: String?
        @Option(help: "The whole answer as JSON.")
        var answer: String?
        @Option(help: "Who answers.")
        var by = "operator"

        func validate() throws {
            let given = [self.approve, self.reject, self.text != nil, self.answer != nil].filter(\.self).count
            if given != 1 { throw ValidationError("give exactly one of --approve, --reject, --text, --answer") }
            if self.reason != nil, !self.approve, !self.reject {
                throw ValidationError("--reason goes with --approve and --reject")
            }
        }

        func run() async throws {
            let answer = try self.value
            try await self.project.withStore { runtime in
                do {
                    let record = try await runtime.answer(WaitID(rawValue: self.id), with: answer, by: self.by)
                    if self.project.json { Console.result(record.view) } else { Console.note("Answered \(self.id).") }
                } catch let error as RequestError where error.code == .answerInvalid {
                    throw try await self.explained(error, runtime)
                }
            }
        }

        /// What the schema objects to, and what would be right.
        private func explained(_ error: RequestError, _ runtime: Runtime) async throws -> Failure {
            let record = try await WaitsCommand.record(self.id, in: runtime)
            let ways = WaitHelp(record, project: self.project).ways
            if ways.isEmpty { return .wrongData(error.message) }
            return .wrongData(
                (["\(error.message)", "This wait is answered with one of:"] + ways).joined(separator: "\n"))
        }

        private var value: JSON {
            get throws {
                if let text { return ["text": .string(text)] }
                if let answer {
                    do { return try JSON.parse(answer) } catch {
                        throw Failure.wrongData("--answer is not JSON: \(error.reason) (column \(error.column))")
                    }
                }
                var decision: JSON = ["decision": self.approve ? "approve" : "reject"]
                decision["reason"] = self.reason.map { .string($0) }
                return decision
            }
        }
    }
}
