import ArgumentParser
import BelayCore
import BelayRuntime
import BelayServer

/// Prints how an execution stands and exits with the status that says the same.
struct OutcomePrinter {
    let project: ProjectOptions
    private var json: Bool { self.project.json }

    init(project: ProjectOptions) { self.project = project }

    /// - Throws: `ExitCode` 1 for a failure, 75 while somebody has to answer.
    func print(_ outcome: Outcome) throws {
        if self.json { Console.result(outcome.view) }
        if outcome.isDegraded { Console.note("An earlier answer stood in: no model could be reached.") }
        switch outcome {
        case .completed(let output, _): if !self.json { Console.result(output) }
        case .limitReached(let reason, let output, _):
            if !self.json { Console.result(output) }
            Console.note("Stopped by a limit: \(reason.rawValue).")
        case .waiting(let waits, let head):
            for wait in waits {
                Console.note(([""] + WaitHelp(wait, project: self.project).lines).joined(separator: "\n"))
            }
            Console.note("\nThen go on with:  \(self.project.commandLine("executions resume \(head.id)"))")
            throw ExitCode(75)
        case .failed(let failure, let head):
            Console.note("\(head.id) failed (\(failure.code)): \(failure.message)")
            throw ExitCode(1)
        case .cancelled(let head):
            Console.note("\(head.id) was cancelled.")
            throw ExitCode(1)
        }
    }
}
