import ArgumentParser
import Belay
import BelayConfiguration
import Foundation

struct ChatCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "chat", abstract: "Talks with an agent; each line is a message, an empty line or Ctrl-D ends it.")

    @OptionGroup var project: ProjectOptions
    @Option(help: "The agent; may be left out when there is one only.")
    var agent: String?
    @Option(help: "On whose behalf.")
    var user = "local"
    @Option(help: "A conversation to go on with.")
    var session: String?

    func run() async throws {
        try await self.project.withRuntime { runtime in
            let agent = try runtime.agent(chosen: self.agent)
            var random = SystemRandomNumberGenerator()
            let session = self.session.map(SessionID.init) ?? .make(at: SystemWallClock().now, using: &random)
            Console.note("Session \(session). You talk with \(agent).")
            while let line = await Self.prompt(), !line.allSatisfy(\.isWhitespace) {
                try await self.say(line, to: agent, in: session, runtime: runtime)
            }
        }
    }

    private static func prompt() async -> String? {
        if Console.isInteractive { FileHandle.standardError.write(Data("> ".utf8)) }
        // A person takes a while to write, and the few threads of the cooperative pool have leases to renew.
        return await withCheckedContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(returning: readLine()) }
        }
    }

    /// Sends a message and prints the answer; a question of the agent's is put to the user at once.
    private func say(_ text: String, to agent: String, in session: SessionID, runtime: Runtime) async throws {
        let started = try await runtime.start(
            StartRequest(agent: agent, task: text, user: User(self.user), session: session))
        while true {
            switch try await runtime.outcome(of: started.head.id) {
            case .completed(let output, _), .limitReached(_, let output, _): return Console.result(output)
            case .failed(let failure, _): return Console.note("Failed (\(failure.code)): \(failure.message)")
            case .cancelled: return Console.note("Cancelled.")
            case .waiting(let waits, _):
                guard let question = waits.first(where: { $0.wait.kind == .input }) else {
                    for wait in waits { Console.note("Waits (\(wait.wait.kind.rawValue)): \(wait.wait.question)") }
                    return Console.note("Somebody has to answer first: belay waits list")
                }
                Console.result(question.wait.question)
                guard let answer = await Self.prompt(), !answer.isEmpty else { return }
                _ = try await runtime.answer(question.wait.id, with: ["text": .string(answer)], by: self.user)
            }
        }
    }
}
