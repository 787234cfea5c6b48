import ArgumentParser
import Belay
import BelayConfiguration
import BelayJSON
import BelayResilience
import BelayServer

struct ChatCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "chat", abstract: "Talks with an agent; each line is a message, an empty line or Ctrl-D ends it.",
        discussion: """
            Drives the executions of this session and no others. What needs consent is answered with a line: approve, \
            or reject and a reason. Exit status 75 when the conversation waits for somebody at the end. With --json each \
            turn is a line on standard output, after a first line that names the session.
            """)

    @OptionGroup var project: ProjectOptions
    @OptionGroup var options: AgentOptions
    @Option(help: "A conversation to go on with.")
    var session: String?

    func validate() throws {
        if let session, session.isEmpty || session.count > 256 {
            throw ValidationError("--session has to have 1 to 256 characters")
        }
    }

    func run() async throws {
        let configuration = try self.project.load()
        let agent = try configuration.agent(chosen: self.options.agent)
        try await self.project.withRuntime(configuration, agent: agent) { runtime, _ in
            var random = SystemRandomNumberGenerator()
            let session = self.session.map(SessionID.init) ?? .make(at: SystemWallClock().now, using: &random)
            let work = await StoppableWork(runtime)
            if self.project.json {
                Console.line(["session": .string(session.rawValue), "agent": .string(agent)])
            } else {
                Console.note("Session \(session). You talk with \(agent).")
            }
            let conversation = Conversation(
                runtime: runtime, agent: agent, session: session, options: self.options, project: self.project)
            do {
                let tenant = User(self.options.user).tenant
                try await work.run(driving: .session(session, tenant: tenant)) { try await conversation.hold() }
            } catch let stopped as StoppableWork.Stopped {
                try await self.explain(stopped, conversation)
            } catch let failed as StoppableWork.StoreFailed {
                guard let id = conversation.unanswered else {
                    throw Failure.unavailable("The store can't be used: \(failed.reason)")
                }
                throw Failure.storeFailed(
                    failed, id, resume: self.project.commandLine("chat --session \(conversation.session)"))
            }
        }
    }

    /// - Throws: `Failure` with how to go on.
    private func explain(_ stopped: StoppableWork.Stopped, _ conversation: Conversation) async throws -> Never {
        var ways = ["Stopped. Go on with: \(self.project.commandLine("chat --session \(conversation.session)"))"]
        if let id = conversation.unanswered, try await conversation.runtime.standing(of: id) == nil {
            ways.append("The last message is unanswered: \(self.project.commandLine("executions resume \(id)"))")
        }
        throw Failure.stopped(stopped, ways.joined(separator: "\n"))
    }
}
