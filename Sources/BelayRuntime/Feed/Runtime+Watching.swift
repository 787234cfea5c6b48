import BelayCore

extension Runtime {
    /// How many follow executions in this process at the moment.
    package var observerCount: Int { self.feed.observerCount }

    /// Has `action` called with the head of each execution that ends in this process. Keep it short.
    ///
    /// - Returns: What to give to ``forgetEnds(_:)`` when nobody needs it any more.
    package func atEnds(_ action: @escaping @Sendable (ExecutionHead) -> Void) -> Int { self.feed.atEnds(action) }

    package func forgetEnds(_ id: Int) { self.feed.forgetEnds(id) }

    /// Follows an execution from the event after `sequence` on.
    ///
    /// - Parameter heartbeat: How long a silence, roughly, shall be reported; nil for never.
    public func events(of id: ExecutionID, after sequence: Int = 0, heartbeat: Duration? = nil) -> ExecutionFeed {
        ExecutionFeed(execution: id, sequence: sequence, heartbeat: heartbeat, context: self.context)
    }

    /// Waits until the execution has ended, or waits for somebody.
    ///
    /// - Throws: `RequestError` `executionNotFound`; `CancellationError`, which changes nothing for the execution.
    public func outcome(of id: ExecutionID) async throws -> Outcome {
        var hasAskedSomebody = false
        for try await item in self.events(of: id) {
            guard case .event(let entry) = item else { continue }
            if case .waitOpened(let wait) = entry.event, wait.kind != .timer { hasAskedSomebody = true }
            // While other calls of the step run, a wait doesn't hold the execution up; it may at any event after that.
            if hasAskedSomebody || entry.event.isEnding, let outcome = try await self.standing(of: id) {
                return outcome
            }
        }
        guard let outcome = try await self.standing(of: id) else { throw CancellationError() }
        return outcome
    }

    /// Waits until the execution has ended or waits for somebody, but not longer than `duration`.
    public func settle(_ id: ExecutionID, atMost duration: Duration) async throws {
        let clock = self.context.clock
        try await withThrowingTaskGroup { group in
            group.addTask { _ = try await self.outcome(of: id) }
            group.addTask { try await clock.sleep(for: duration) }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    /// How an execution stands; nil while it is worked on or only pauses.
    ///
    /// - Throws: `RequestError` `executionNotFound` or `storeUnavailable`.
    public func standing(of id: ExecutionID) async throws -> Outcome? { try await self.standing(of: self.head(of: id)) }

    /// The head of an execution.
    ///
    /// - Throws: `RequestError` `executionNotFound` or `storeUnavailable`.
    public func head(of id: ExecutionID) async throws -> ExecutionHead {
        try await RequestError.reading {
            guard let head = try await self.store.head(of: id) else { throw StoreError.executionNotFound(id) }
            return head
        }
    }

    /// How an execution stood when its head was read; nil while it was worked on or only paused.
    public func standing(of head: ExecutionHead) async throws -> Outcome? {
        try await RequestError.reading {
            switch head.state {
            case .idle, .thinking, .executing: return nil
            case .waiting:
                let open = try await self.store.waits(WaitFilter(execution: head.id), after: nil, limit: 100).items
                let forSomebody = open.filter { $0.wait.kind != .timer }
                return forSomebody.isEmpty ? nil : .waiting(forSomebody, head)
            case .completed, .failed, .cancelled: return try await self.ending(of: head.id, head: head)
            }
        }
    }

    private func ending(of id: ExecutionID, head: ExecutionHead) async throws -> Outcome {
        switch try await self.endingEvent(of: id, head: head) {
        case .completed(let completed) where completed.reason.isLimit:
            return .limitReached(completed.reason, output: completed.output, head)
        case .completed(let completed): return .completed(output: completed.output, head)
        case .failed(let failed): return .failed(failed.failure, head)
        default: return .cancelled(head)
        }
    }

    /// Reads from the journal's end, where only feedback may follow: what comes before may be damaged.
    private func endingEvent(of id: ExecutionID, head: ExecutionHead) async throws -> Event? {
        var end = head.sequence
        var size = 1
        while end > 0 {
            let start = max(0, end - size)
            let page = try await self.store.journal(of: id, after: start, limit: end - start)
            if let ending = page.last(where: \.event.isEnding) { return ending.event }
            (end, size) = (start, 100)
        }
        return nil
    }

    /// Runs an agent on a task and waits for the outcome. The agent is registered on the way.
    ///
    /// The execution is durable from the first moment: if this process dies, a runtime on the same store goes on.
    ///
    /// - Parameters:
    ///   - idempotencyKey: Give one to get the same execution when the call is repeated.
    ///   - isCritical: Fails explicitly instead of being answered by a lesser path.
    public func run(
        _ agent: Agent, task: String, for user: User, session: SessionID? = nil, idempotencyKey: String? = nil,
        isCritical: Bool = false
    ) async throws -> Outcome {
        let equipped = try self.equip(agent)
        self.agents.register(equipped)
        let request = StartRequest(
            agent: agent.definition.name, task: task, user: user, session: session, idempotencyKey: idempotencyKey,
            isCritical: isCritical)
        // By name it could be another caller's agent, registered meanwhile with tools that hold what is theirs.
        let started = try await self.start(request, with: equipped)
        return try await self.outcome(of: started.head.id)
    }
}
