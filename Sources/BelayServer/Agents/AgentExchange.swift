import BelayCore
import BelayIngress
import BelayJSON
import BelayResilience
import BelayRuntime
import HTTPTypes
import Hummingbird

/// One request to an agent, in a protocol that was made for models: it starts an execution, or answers what one asks, and
/// gets what the agent says.
struct AgentExchange: Sendable {
    let wire: IngressProtocol
    let agent: String
    let models: ModelAccess
    let runtime: Runtime
    let request: ServerRequest
    let headers: CallHeaders

    /// - Parameter task: What `asked` asks of an agent.
    /// - Throws: `IngressProblem`, `RequestError`.
    func response(to asked: IngressRequest, _ task: AgentTask, _ stamp: AnswerStamp) async throws -> Response {
        let user = User(
            self.headers.user ?? asked.request.endUser ?? "anonymous", customer: self.headers.customer)
        let watch = try await self.watch(task, for: user)
        let writer = AgentAnswer(
            wire: self.wire, asked: asked, stamp: stamp, watch: watch, departure: self.request.departure,
            patience: self.models.agentPatience, clock: self.models.clock)
        return asked.streams ? writer.stream(requestID: self.request.id) : try await writer.whole()
    }

    /// Begins, or goes on with the execution of the session that asked something.
    private func watch(_ task: AgentTask, for user: User) async throws -> AgentWatch {
        let session = self.headers.session.map(SessionID.init(rawValue:))
        if let session, let head = try await self.latest(of: session, for: user) {
            let isAnswer = try await self.runtime.answerQuestion(
                of: head, with: task.text, by: user.id, idempotencyKey: self.headers.idempotencyKey)
            // A request that came before is told all of it once more.
            if isAnswer { return self.watch(head.id, after: head.state == .waiting ? head.sequence : 0) }
            if case .waiting(let waits, _)? = try await self.runtime.standing(of: head) {
                throw IngressProblem(
                    .conflict,
                    "This message was not taken: \(Outcome.words(for: waits)) (session \(session), execution \(head.id))"
                )
            }
        }
        let started = try await self.runtime.start(
            StartRequest(
                agent: self.agent, task: task.text, user: user, session: session,
                conversation: session == nil ? task.conversation : [],
                idempotencyKey: self.headers.idempotencyKey, isCritical: self.headers.isCritical))
        return self.watch(started.head.id, after: 0)
    }

    private func latest(of session: SessionID, for user: User) async throws -> ExecutionHead? {
        try await RequestError.reading {
            try await self.runtime.store.heads(
                ExecutionFilter(tenant: user.tenant, agent: self.agent, user: user.id, session: session), after: nil,
                limit: 1
            ).items.first
        }
    }

    private func watch(_ id: ExecutionID, after sequence: Int) -> AgentWatch {
        AgentWatch(
            runtime: self.runtime, execution: id, after: sequence, heartbeat: self.request.options.keepAlive,
            isLive: self.runtime.agent(named: self.agent)?.speaksFreely ?? false)
    }
}

extension AgentDefinition {
    /// Whether none of its answers is ever held against what its tools did, so that they may be shown before they are whole.
    fileprivate var speaksFreely: Bool { self.honesty != .check || self.changingTools.isEmpty }
}
