import Belay
import BelayJSON
import BelayResilience
import BelayServer
import Foundation

/// Messages from standard input, and the answers of an agent to them.
final class Conversation: Sendable {
    let runtime: Runtime
    let session: SessionID
    private let agent: String
    private let options: AgentOptions
    private let json: Bool
    private let input = StandardInput()
    private let current = Locked<ExecutionID?>(nil)

    init(runtime: Runtime, agent: String, session: SessionID, options: AgentOptions, json: Bool) {
        self.runtime = runtime
        self.agent = agent
        self.session = session
        self.options = options
        self.json = json
    }

    /// The message that is being worked on.
    var unanswered: ExecutionID? { self.current.withLock { $0 } }

    /// Talks until the input ends or has an empty line.
    func hold() async throws {
        while let line = try await self.prompt(), !line.allSatisfy(\.isWhitespace) { try await self.say(line) }
    }

    private func prompt() async throws -> String? {
        if Console.isInteractive, !self.json { Console.ask() }
        return try await self.input.line(limit: self.runtime.options.maxTaskBytes)
    }

    /// Sends a message and prints the answer; a question of the agent's is put to the user at once.
    private func say(_ text: String) async throws {
        let started = try await self.runtime.start(
            self.options.request(text, to: self.agent, in: self.session))
        self.current.withLock { $0 = started.head.id }
        while true {
            let outcome = try await self.runtime.outcome(of: started.head.id)
            if self.json { Console.line(outcome.view) }
            guard case .waiting(let waits, _) = outcome,
                let question = waits.first(where: { $0.wait.kind == .input })
            else {
                if !self.json { Self.tell(outcome) }
                break
            }
            if !self.json { Console.result(question.wait.question) }
            guard let answer = try await self.prompt(), !answer.isEmpty else { break }
            _ = try await self.runtime.answer(
                question.wait.id, with: ["text": .string(answer)], by: self.options.user)
        }
        self.current.withLock { $0 = nil }
    }

    private static func tell(_ outcome: Outcome) {
        switch outcome {
        case .completed(let output, _), .limitReached(_, let output, _): Console.result(output)
        case .failed(let failure, _): Console.note("Failed (\(failure.code)): \(failure.message)")
        case .cancelled: Console.note("Cancelled.")
        case .waiting(let waits, _):
            for wait in waits { Console.note("Waits (\(wait.wait.kind.rawValue)): \(wait.wait.question)") }
            Console.note("Somebody has to answer first: belay waits list")
        }
    }
}
