import BelayCore
import BelayJSON

extension Runtime {
    private static let maxNameLength = 256
    private static let maxConversationMessages = 1_000
    private static let maxConversationBytes = 1 << 20

    /// Accepts a task. When this returns, the execution is durable and will end or wait, whatever happens to this
    /// process.
    ///
    /// - Throws: `RequestError`. Safe to repeat with an idempotency key.
    public func start(_ request: StartRequest) async throws -> StartedExecution {
        try await self.start(request, with: self.agent(for: request))
    }

    /// - Throws: `RequestError` for one that is wrong in itself: it can't start, whatever else there is.
    package func check(_ request: StartRequest) throws(RequestError) {
        _ = try self.agent(for: request)
        try self.checkFields(of: request)
    }

    private func agent(for request: StartRequest) throws(RequestError) -> EquippedAgent {
        if let agent = self.agents.current(request.agent) { return agent }
        let known = self.agents.names.joined(separator: ", ")
        throw RequestError(
            .agentUnknown, "There is no agent \(request.agent). Known agents: \(known.isEmpty ? "none" : known).",
            parameter: "agent")
    }

    /// Starts with this very agent, whatever else is registered under its name by now.
    func start(_ request: StartRequest, with agent: EquippedAgent) async throws -> StartedExecution {
        try self.checkFields(of: request)
        let definition = agent.definition
        var random = self.context.random
        let accepted = Event.Accepted(
            execution: .make(at: self.context.wallClock.now, using: &random), agent: definition.name,
            version: definition.version, task: request.task, user: request.user, session: request.session,
            conversation: request.conversation.isEmpty ? nil : request.conversation, limits: definition.limits,
            isCritical: request.isCritical)
        let started = try await self.holding(agent, for: accepted.execution) {
            try await self.store.start(
                NewExecution(
                    accepted: accepted, idempotencyKey: request.idempotencyKey, requestDigest: request.digest,
                    sessionPolicy: request.sessionPolicy, keyName: request.keyName, limits: request.limits))
        }
        self.node.doorbell.ring()
        if request.sessionPolicy == .interrupt, started.isNew {
            do {
                try await self.interruptEarlier(than: started.head.id)
            } catch {
                // The task is accepted, and what runs notices the request at its next renewal.
                self.context.logger.warning(
                    "what a new task interrupts stops later than it could",
                    metadata: ["execution": "\(started.head.id)", "error": "\(error)"])
            }
        }
        return started
    }

    /// Holds the agent before the execution exists, since a node may drive it the moment it does.
    private func holding(
        _ agent: EquippedAgent, for execution: ExecutionID, _ start: () async throws -> StartedExecution
    ) async throws -> StartedExecution {
        self.agents.hold(agent, for: execution)
        let started = try await RequestError.translating {
            do {
                return try await start()
            } catch StoreError.unavailable(let reason) {
                throw StoreError.unavailable(reason)  // It may exist.
            } catch {
                self.agents.release(execution)
                throw error
            }
        }
        if started.head.id != execution { self.agents.release(execution) }
        return started
    }

    /// The store asked everything that ran in the session to stop; what runs here needn't wait until that is noticed.
    private func interruptEarlier(than id: ExecutionID) async throws {
        var current = id
        while let earlier = try await SessionHistory.predecessor(of: current, in: self.store),
            try await self.store.head(of: earlier)?.ended == nil
        {
            self.node.interrupt(earlier)
            current = earlier
        }
    }

    static func check(idempotencyKey key: String?) throws(RequestError) {
        guard let key, key.isEmpty || key.count > 255 || key.utf8.contains(0) else { return }
        throw RequestError(
            .idempotencyConflict, "The idempotency key has to have 1 to 255 characters, none of them U+0000.",
            parameter: "Idempotency-Key")
    }

    /// U+0000 ends a text in many a program that gets it afterwards, and in a column of SQLite: what was listed would not be
    /// what was asked.
    private static func checkCharacters(of request: StartRequest) throws(RequestError) {
        let fields: [(name: String, value: String?)] = [
            ("task", request.task), ("user.id", request.user.id), ("user.tenant", request.user.tenant),
            ("user.customer", request.user.customer), ("user.role", request.user.role),
            ("session", request.session?.rawValue),
        ]
        for field in fields where field.value?.utf8.contains(0) == true {
            throw RequestError(
                .taskInvalid, "\(field.name) holds the character U+0000. Leave it out.", parameter: field.name)
        }
    }

    private func checkFields(of request: StartRequest) throws(RequestError) {
        try Self.checkCharacters(of: request)
        if request.task.allSatisfy(\.isWhitespace) {
            throw RequestError(.taskInvalid, "The task is empty. Say what the agent shall do.", parameter: "task")
        }
        let bytes = request.task.utf8.count
        if bytes > self.options.maxTaskBytes {
            throw RequestError(
                .taskTooLarge, "The task has \(bytes) bytes, at most \(self.options.maxTaskBytes) are allowed.",
                parameter: "task")
        }
        for (name, value) in [("user.id", request.user.id), ("user.tenant", request.user.tenant)] {
            if value.isEmpty || value.count > Self.maxNameLength {
                throw RequestError(
                    .userInvalid, "\(name) has to have 1 to \(Self.maxNameLength) characters.", parameter: name)
            }
        }
        try Self.check(idempotencyKey: request.idempotencyKey)
        try Self.checkConversation(of: request)
    }

    /// Only what was said: a tool's result by word of a caller would count as something that happened.
    private static func checkConversation(of request: StartRequest) throws(RequestError) {
        guard !request.conversation.isEmpty else { return }
        func refuse(_ reason: String) -> RequestError {
            RequestError(.taskInvalid, reason, parameter: "conversation")
        }
        if request.session != nil { throw refuse("A session has its own history; leave the conversation out.") }
        let texts = request.conversation.flatMap { $0.content.map(\.text) }
        if texts.contains(nil) || request.conversation.contains(where: { $0.role == .tool }) {
            throw refuse("The conversation has to consist of texts of the user and the assistant.")
        }
        if request.conversation.count > Self.maxConversationMessages {
            throw refuse("The conversation has more than \(Self.maxConversationMessages) messages.")
        }
        if texts.reduce(0, { $0 + ($1?.utf8.count ?? 0) }) > Self.maxConversationBytes {
            throw RequestError(
                .taskTooLarge, "The conversation has more than \(Self.maxConversationBytes) bytes.",
                parameter: "conversation")
        }
        if texts.contains(where: { $0?.utf8.contains(0) == true }) {
            throw refuse("The conversation holds the character U+0000. Leave it out.")
        }
    }
}

extension StartRequest {
    /// Everything that makes two requests the same. With which key it came and what limited it does not.
    var digest: String {
        var parts: JSON = [
            "agent": .string(self.agent), "task": .string(self.task), "user": .string(self.user.id),
            "tenant": .string(self.user.tenant), "customer": self.user.customer.map { .string($0) } ?? .null,
            "role": .string(self.user.role), "session": self.session.map { .string($0.rawValue) } ?? .null,
            "policy": .string(self.sessionPolicy.rawValue), "critical": .bool(self.isCritical),
        ]
        // Left out where there is none, so that keys of requests from before there were conversations still fit.
        if !self.conversation.isEmpty {
            parts["conversation"] = .array(
                self.conversation.map { ["role": .string($0.role.rawValue), "text": .string($0.text)] })
        }
        return Digest.sha256(parts)
    }
}
