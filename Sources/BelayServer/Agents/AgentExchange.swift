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
    /// - Throws: `IngressProblem`, `RequestError`, `RateExceeded`.
    func response(to asked: IngressRequest, _ task: AgentTask, _ stamp: AnswerStamp) async throws -> Response {
        var caller = self.headers.caller(endUser: asked.request.endUser)
        caller.agent = self.agent
        let user = User(
            caller.user ?? User.anonymous, tenant: self.request.client.tenant, customer: self.headers.customer)
        let grant = try await self.request.admit(caller, isTask: true) {
            self.models.gateway.forecast(ModelCall(request: asked.request, route: ""))
        }
        let (watch, standings): (AgentWatch, [RateStanding])
        do {
            (watch, standings) = try await self.watch(task, for: user, caller, grant)
        } catch let error as RequestError where error.parameter == "task" {
            var problem = IngressProblem(Problem(error))
            problem.path = task.place
            grant?.end(tokens: 0)
            throw problem
        } catch {
            grant?.end(tokens: 0)
            throw error
        }
        let writer = AgentAnswer(
            wire: self.wire, asked: asked, stamp: stamp, watch: watch, departure: self.request.departure,
            isRepeatable: self.headers.idempotencyKey != nil, grant: grant)
        var response = asked.streams ? writer.stream(requestID: self.request.id) : try await writer.whole()
        response.headers.append(contentsOf: RateFields.fields(of: grant, standings))
        return response
    }

    /// Begins, or goes on with the execution of the session that asked something.
    ///
    /// - Returns: With how the limits of what it began stand.
    private func watch(
        _ task: AgentTask, for user: User, _ caller: ModelCaller, _ grant: RateGrant?
    ) async throws -> (AgentWatch, [RateStanding]) {
        let session = self.headers.session.map(SessionID.init(rawValue:))
        if let session, let head = try await self.latest(of: session, for: user) {
            let isAnswer = try await self.runtime.answerQuestion(
                of: head, with: task.text, by: user.id, idempotencyKey: self.headers.idempotencyKey)
            // A request that came before is told all of it once more.
            if isAnswer { return (self.watch(head.id, after: head.state == .waiting ? head.sequence : 0), []) }
            if case .waiting(let waits, _)? = try await self.runtime.standing(of: head) {
                throw IngressProblem(
                    .conflict,
                    "This message was not taken: \(Outcome.words(for: waits)) (session \(session), execution \(head.id))"
                )
            }
        }
        let started = try await self.request.start(
            StartRequest(
                agent: self.agent, task: task.text, user: user, session: session,
                conversation: session == nil ? task.conversation : [],
                idempotencyKey: self.headers.idempotencyKey, isCritical: self.headers.isCritical),
            for: caller, grant, on: self.runtime)
        return (self.watch(started.head.id, after: 0), started.standings)
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
            isLive: self.runtime.agent(named: self.agent)?.speaksFreely ?? false, patience: self.models.agentPatience,
            outagePatience: self.models.outagePatience, clock: self.models.clock)
    }
}

extension AgentDefinition {
    /// Whether none of its answers is ever held against what its tools did, so that they may be shown before they are whole.
    fileprivate var speaksFreely: Bool { self.honesty != .check || self.changingTools.isEmpty }
}
