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
    private let project: ProjectOptions
    private var json: Bool { self.project.json }
    private let input = StandardInput()
    private let current = Locked<ExecutionID?>(nil)

    init(runtime: Runtime, agent: String, session: SessionID, options: AgentOptions, project: ProjectOptions) {
        self.runtime = runtime
        self.agent = agent
        self.session = session
        self.options = options
        self.project = project
    }

    /// The message that is being worked on.
    var unanswered: ExecutionID? { self.current.withLock { $0 } }

    /// Talks until the input ends or has an empty line.
    ///
    /// - Throws: `Failure` 75 when the conversation waits for somebody and the input doesn't answer.
    func hold() async throws {
        try await self.finishEarlier()
        while let line = try await self.prompt(), !line.allSatisfy(\.isWhitespace) {
            let started = try await self.runtime.start(
                self.options.request(line, to: self.agent, in: self.session))
            try await self.see(started.head.id)
        }
    }

    /// A message would queue up behind what an earlier one waits for, perhaps for a day. So that is settled first.
    private func finishEarlier() async throws {
        let queue = Queue(runtime: self.runtime, project: self.project)
        let tenant = User(self.options.user).tenant
        while let blocker = try await queue.first(in: self.session, tenant: tenant), !blocker.waits.isEmpty {
            if !self.json { Console.note("An earlier message of this session is not done: \(blocker.head.id)") }
            try await self.see(blocker.head.id)
        }
    }

    private func prompt() async throws -> String? {
        if Console.isInteractive, !self.json { Console.ask() }
        return try await self.input.line(limit: self.runtime.options.maxTaskBytes)
    }

    /// Follows an execution to its end and prints the answer; what it asks of a person is put to the user at once.
    private func see(_ id: ExecutionID) async throws {
        self.current.withLock { $0 = id }
        while true {
            let outcome = try await self.runtime.outcome(of: id)
            if self.json { Console.line(outcome.view) }
            guard case .waiting(let waits, _) = outcome else {
                if !self.json { self.tell(outcome) }
                break
            }
            try await self.settle(waits)
        }
        self.current.withLock { $0 = nil }
    }

    private func tell(_ outcome: Outcome) {
        switch outcome {
        case .completed(let output, _), .limitReached(_, let output, _): Console.result(output)
        case .failed(let failure, _): Console.note("Failed (\(failure.code)): \(failure.message)")
        case .cancelled: Console.note("Cancelled.")
        case .waiting: break
        }
    }

    /// Has one of the waits answered.
    ///
    /// - Throws: `Failure` 75 with the commands that answer, when the user can't or doesn't.
    private func settle(_ waits: [WaitRecord]) async throws {
        if let question = waits.first(where: { $0.wait.kind == .input }) {
            if !self.json { Console.result(question.wait.question) }
            return try await self.answer(question) { ["text": .string($0)] }
        }
        if let approval = waits.first(where: { $0.wait.kind == .approval }) {
            if !self.json {
                Console.note(approval.wait.question)
                Console.note("Write approve, or reject and perhaps why. An empty line leaves it open.")
            }
            return try await self.answer(approval, Self.decision)
        }
        throw self.open(waits)
    }

    /// - Parameter read: The answer that a line is; nil when it is none.
    private func answer(_ record: WaitRecord, _ read: (String) -> JSON?) async throws {
        while let line = try await self.prompt(), !line.allSatisfy(\.isWhitespace) {
            guard let answer = read(line) else {
                if !self.json { Console.note("That is no answer. Write approve, or reject and perhaps why.") }
                continue
            }
            do {
                _ = try await self.runtime.answer(record.wait.id, with: answer, by: self.options.user)
            } catch let error as RequestError where error.code == .waitClosed {
                Console.note(error.message)  // Somebody else was faster, or it was too late.
            }
            return
        }
        throw self.open([record])
    }

    /// `approve`, or `reject` and a reason.
    private static func decision(_ line: String) -> JSON? {
        let words = line.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: true)
        let reason = words.dropFirst().first.map { $0.trimmingCharacters(in: .whitespaces) } ?? ""
        switch words.first?.lowercased() {
        case "approve" where reason.isEmpty: return ["decision": "approve"]
        case "reject":
            return reason.isEmpty ? ["decision": "reject"] : ["decision": "reject", "reason": .string(reason)]
        default: return nil
        }
    }

    private func open(_ waits: [WaitRecord]) -> Failure {
        var lines: [String] = []
        for record in waits {
            lines.append("The conversation waits for \(record.wait.id).")
            lines += WaitHelp(record, project: self.project).lines
        }
        lines.append("Then go on with: \(self.project.commandLine("chat --session \(self.session)"))")
        return .waiting(lines.joined(separator: "\n"))
    }
}
