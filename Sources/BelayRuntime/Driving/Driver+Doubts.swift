import BelayCore
import BelayJSON
import BelayTools

extension Driver {
    /// How often a probe or a compensation is tried before a person is asked.
    private static let attempts = 3

    /// Puts the calls in doubt that were sent before and have no result, and takes back those that weren't sent.
    func callsTakenOver() -> [Event] {
        let execution = self.journal.execution
        let (tools, sentCalls, lease) = (self.tools, self.context.sentCalls, self.lease)
        // Of many calls some wait for their turn after they were written ahead.
        let mayHaveQueued = execution.calls.count > self.context.options.parallelTools
        return execution.takeOver(sent: mayHaveQueued ? self.journal.now : nil) {
            tools.descriptor(of: $0)
        } fate: {
            sentCalls.fate(of: $0, under: lease)
        }
    }

    /// Settles a call of which nobody knows whether it happened, in the way that its tool declares.
    ///
    /// While the call may still be running, only the answer that it happened counts; after any other one the execution
    /// pauses until it can't be, and the question is asked again.
    mutating func settle(_ open: OpenCall) async throws {
        guard case .inDoubt(let policy, _) = open.phase else { return }
        let invocation = ToolInvocation(
            execution: self.lease.execution, callID: open.call.id, arguments: self.dispatchedArguments(of: open),
            idempotencyKey: self.journal.execution.idempotencyKey(of: open.call.id),
            user: self.journal.execution.accepted.user)
        for attempt in 1...Self.attempts {
            let mayStillRun = open.mayStillRun(at: self.journal.now)
            if mayStillRun, policy == .compensate, try self.pause(open) { return }
            let (clock, tools) = (self.context.clock, self.tools)
            let settled: (Event.ToolCallResolved, cut: Event.OutputTruncated?)?
            do {
                settled = try await self.interruption.bounding {
                    // When the sleep is cancelled, so is the question, which says so.
                    if attempt > 1 { try? await clock.sleep(for: .seconds(1 << (attempt - 2))) }
                    return await Self.resolve(open, by: policy, invocation, tools: tools)
                }
            } catch is CancellationError { return }  // Interrupted before: still in doubt.
            if let (resolved, cut) = settled, !mayStillRun || resolved.resolution == .happened {
                if let cut { try self.journal.record(.outputTruncated(cut)) }
                try self.journal.record(.toolCallResolved(resolved))
                return
            }
            if self.interruption.isFired { return }  // Still in doubt; whoever goes on asks again.
            if mayStillRun, try self.pause(open) { return }
        }
        let asked = policy == .probe ? "probe" : "compensation"
        try self.journal.record(
            .toolCallInDoubt(
                .init(
                    callID: open.call.id, policy: .person, reason: "the tool's \(asked) gave no answer",
                    settlesAt: open.settlesAt)))
    }

    /// - Returns: False when there is nothing to wait for any more.
    private mutating func pause(_ open: OpenCall) throws -> Bool {
        var random = self.context.random
        guard let pause = self.journal.execution.pause(open, at: self.journal.now, using: &random) else { return false }
        try self.journal.record(pause)
        return true
    }

    /// The arguments as they were read for the dispatch, repairs included; null when the tool is gone.
    private func dispatchedArguments(of open: OpenCall) -> JSON {
        let user = self.journal.execution.accepted.user
        let review = self.tools.review(
            open.call, user: user, consent: open.digest)
        switch review {
        case .ready(let reviewed), .needsApproval(_, let reviewed): return reviewed.arguments
        case .denied: return .null
        }
    }

    private static func resolve(
        _ open: OpenCall, by policy: InDoubtPolicy, _ invocation: ToolInvocation, tools: ToolPipeline
    ) async -> (Event.ToolCallResolved, cut: Event.OutputTruncated?)? {
        let id = open.call.id
        switch policy {
        case .probe:
            switch await tools.probe(open.call.name, invocation) {
            case .happened(let output, let length):
                let cut = length.map {
                    Event.OutputTruncated(callID: id, characters: $0, kept: output.unicodeScalars.count)
                }
                return (.init(callID: id, resolution: .happened, output: output, by: "probe"), cut)
            case .didNotHappen: return (.init(callID: id, resolution: .didNotHappen, by: "probe"), nil)
            case .unknown: return nil
            }
        case .compensate:
            switch await tools.compensate(open.call.name, invocation) {
            case .compensated: return (.init(callID: id, resolution: .compensated, by: "runtime"), nil)
            case .failed: return nil
            }
        case .repeatWithSameKey, .person:
            preconditionFailure("the machine settles these doubts without the runtime")
        }
    }
}
