import BelayCore
import BelayTools

extension Driver {
    /// Asks a model and records what came of it. An interrupted call leaves nothing behind but what its attempts
    /// cost.
    mutating func callModel(_ plan: ModelCallPlan) async throws {
        var call = plan.call
        call.request.tools = self.toolDefinitions
        try self.journal.record(.modelCallPlanned(.init(step: plan.step, purpose: plan.purpose)))
        // Between steps the plan is written together with the answer; only the first call of a drive has to be seen at once.
        if self.journal.seemsAtRest { try await self.journal.commit() }
        if self.journal.execution.isCancelRequested { return }
        let began = self.journal.now
        do {
            let result = try await self.ask(call, step: plan.step)
            try self.record(result.failedAttempts, since: began)
            try self.journal.record(.modelAnswered(self.answer(result, to: plan)))
        } catch let failure as ModelCallFailure {
            try self.record(failure.attempts, since: began)
            try self.journal.record(
                .modelCallFailed(
                    .init(
                        step: plan.step, failure: failure.failure, userMessage: failure.userMessage)))
        } catch let cancelled as ModelCallCancelled where self.interruption.isFired || Task.isCancelled {
            try self.record(cancelled.attempts, since: began)
        } catch is CancellationError where self.interruption.isFired || Task.isCancelled {
            // Cancelled, or the node stops: the signal, or the next node, decides what happens.
        } catch {
            // No gateway should throw anything else; an execution must not hang on one that does.
            let failure = ModelFailure(.serverError, message: "the gateway failed: \(String("\(error)".prefix(500)))")
            try self.journal.record(
                .modelCallFailed(
                    .init(step: plan.step, failure: failure, userMessage: "No model could be asked at the moment.")))
        }
        try await self.journal.commit()
    }

    /// Attempts are written together with what came of the call, and happened before.
    mutating func record(_ attempts: [ModelAttempt], since began: Timestamp) throws {
        for attempt in attempts {
            try self.journal.record(
                .attemptFailed(.init(attempt: attempt)), at: attempt.end.map { began.advanced(by: $0) })
        }
    }

    private func ask(_ call: ModelCall, step: Int) async throws -> ModelCallResult {
        let feed = self.context.feed
        let gateway = self.context.gateway
        let execution = self.lease.execution
        var observe: (@Sendable (ModelProgress) -> Void)?
        if self.context.options.streamsAlways || feed.hasObservers(of: execution) {
            feed.beginCall(step: step, of: execution)
            observe = { feed.publish($0, step: step, of: execution) }
        }
        defer { feed.endCall(of: execution) }
        return try await self.interruption.bounding { [observe] in try await gateway.call(call, observe: observe) }
    }

    /// What the model may call: the agent's tools in its order, then the built-in ones.
    private var toolDefinitions: [ToolDefinition] {
        self.tools.definitions + BuiltInTool.available(to: self.agent).map(\.definition)
    }

    private func answer(_ result: ModelCallResult, to plan: ModelCallPlan) -> Event.ModelAnswered {
        var used = self.journal.execution.callIDs
        var content: [Content] = []
        for part in result.answer.content {
            guard case .toolCall(var call) = part else {
                content.append(part)
                continue
            }
            if plan.purpose == .summary { continue }  // Nothing is called any more.
            // Some models number their calls anew in every answer; a journal needs each name once.
            let wanted = call.id.isEmpty ? "call" : call.id
            var number = content.count
            while call.id.isEmpty || !used.insert(call.id).inserted {
                call.id = "\(wanted)-\(plan.step)-\(number)"
                number += 1
            }
            content.append(.toolCall(call))
        }
        return Event.ModelAnswered(
            step: plan.step, content: content, stopReason: result.answer.stopReason, usage: result.answer.usage,
            cost: result.cost, path: result.path, milliseconds: result.duration.milliseconds,
            isDegraded: result.isDegraded)
    }
}
