import ArgumentParser
import Belay
import BelayConfiguration
import BelayJSON
import BelayServer

struct ExecutionsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "executions", abstract: "Looks at executions and steers them, in the project's store.",
        subcommands: [List.self, Show.self, Events.self, Cancel.self, Resume.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists executions, the newest first.")
        @OptionGroup var project: ProjectOptions
        @Option(help: "Only in this state.")
        var state: String?
        @Option(help: "Only of this agent.")
        var agent: String?
        @OptionGroup var page: PageOptions

        func validate() throws {
            if let state, ExecutionState(rawValue: state) == nil {
                let known = ExecutionState.allCases.map(\.rawValue).joined(separator: ", ")
                throw ValidationError("--state has to be one of \(known)")
            }
        }

        func run() async throws {
            let cursor = try self.page.cursor
            try await self.project.withStore { runtime in
                let page = try await runtime.store.heads(
                    ExecutionFilter(states: self.state.flatMap(ExecutionState.init).map { [$0] }, agent: self.agent),
                    after: cursor, limit: self.page.limit)
                self.print(page)
            }
        }

        private func print(_ page: Page<ExecutionHead>) {
            if self.project.json {
                return Console.result(
                    ["items": .array(page.items.map(\.view)), "next": page.next.map { .string("\($0)") } ?? .null])
            }
            var table = Table(["EXECUTION", "AGENT", "STATE", "REASON", "STEPS", "COST", "STARTED", "TASK"])
            for head in page.items {
                table.add([
                    head.id.rawValue, head.agent, head.state.rawValue, head.reason?.rawValue ?? "", "\(head.steps)",
                    head.costWords, head.started.text, String(head.task.prefix(60)),
                ])
            }
            Console.result(table.text)
            if let next = page.next { Console.note("More: --cursor \(next)") }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Shows how an execution stands, what happened, and what may be done about it.")
        @OptionGroup var project: ProjectOptions
        @Argument(help: "The execution.")
        var id: String

        func run() async throws {
            try await self.project.withStore { runtime in
                let id = ExecutionID(rawValue: self.id)
                if self.project.json { return Console.result(try await runtime.view(of: id)) }
                let head = try await runtime.head(of: id)
                // A call of a step waits on its own, so there may be many; the oldest come last.
                let waits = try await runtime.store.waits(
                    WaitFilter(execution: id), after: nil, limit: 1_000)
                let page = ExecutionPage(
                    head: head, entries: try await runtime.journal(of: id), waits: waits.items.reversed(),
                    project: self.project)
                Console.result(page.text)
            }
        }
    }

    struct Events: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Prints a journal, one JSON object a line.",
            discussion: "With --follow it goes on until the execution has ended; Ctrl-C stops it and changes nothing.")
        @OptionGroup var project: ProjectOptions
        @Option(help: "Only events with a higher number.")
        var after = 0
        @Flag(help: "Waits for more until the execution has ended.")
        var follow = false
        @Argument(help: "The execution.")
        var id: String

        func validate() throws {
            if self.after < 0 { throw ValidationError("--after has to be the number of an event, or 0") }
        }

        func run() async throws {
            try await self.project.withStore { runtime in
                let id = ExecutionID(rawValue: self.id)
                let head = try await runtime.head(of: id)
                guard self.after <= head.sequence else {
                    throw Failure.wrongData(
                        "\(id) has \(head.sequence.counted("event")); there is no event \(self.after) to go on from.")
                }
                if self.follow {
                    for try await case .event(let entry) in runtime.events(of: id, after: self.after) {
                        Console.line(entry.view)
                    }
                } else {
                    for entry in try await runtime.journal(of: id, after: self.after) { Console.line(entry.view) }
                }
            }
        }
    }

    struct Cancel: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Asks an execution to stop.")
        @OptionGroup var project: ProjectOptions
        @Option(help: "Who asks.")
        var by = "operator"
        @Argument(help: "The execution.")
        var id: String

        func run() async throws {
            try await self.project.withStore { runtime in
                try await runtime.cancel(ExecutionID(rawValue: self.id), by: self.by)
                if self.project.json {
                    Console.result(try await runtime.view(of: ExecutionID(rawValue: self.id)))
                } else {
                    Console.note(
                        "Asked \(self.id) to stop. The process that drives it does so within seconds; if there is none, the "
                            + "next `belay serve` or `belay executions resume \(self.id)` does.")
                }
            }
        }
    }

    struct Resume: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Drives an execution here until it ends or waits for somebody.",
            discussion: "No other one is driven. SIGINT and SIGTERM stop it gently, a second SIGINT at once.")
        @OptionGroup var project: ProjectOptions
        @Argument(help: "The execution.")
        var id: String

        func run() async throws {
            let id = ExecutionID(rawValue: self.id)
            let agent = try await self.project.withStore { try await $0.head(of: id).agent }
            try await self.project.withRuntime(self.project.load(), agent: agent) { runtime, attempts in
                try await Queue(runtime: runtime, project: self.project).explain(id)
                let work = await StoppableWork(runtime)
                let execution = DrivenExecution(id: id, runtime: runtime, project: self.project, attempts: attempts)
                try OutcomePrinter(project: self.project).print(try await execution.outcome(work))
            }
        }
    }
}
