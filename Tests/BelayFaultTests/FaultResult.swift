import BelayRuntime
import BelayTesting

@testable import BelayCore
@testable import BelayMock

/// What became of one row.
struct FaultResult: Sendable {
    var row: FaultCase
    var outcome: Outcome
    var journal: Journal
    /// Requests that reached the simulated providers.
    var requests: Int
    var faults: Int
    /// Effects that happened.
    var refunds: Int

    /// What doesn't hold; empty when the agent behaved.
    var problems: [String] {
        var problems: [String] = []
        do { try self.journal.requireSound() } catch { problems.append(error.reason) }
        if self.row.fault != .refused, self.faults == 0 { problems.append("the fault never struck") }
        if self.requests > self.budget { problems.append("\(self.requests) requests, the budget is \(self.budget)") }
        if let most = self.attemptsOfCalls.max(), most > FaultWorld.attemptBudget {
            problems.append("a call had \(most) attempts")
        }
        if self.refunds > 1 { problems.append("\(self.refunds) refunds") }
        if self.outcome.head.reason == nil { problems.append("no reason of the end") }
        if let output = self.outcome.output, output.isEmpty { problems.append("an empty answer") }
        if case .completed(let output, let head) = self.outcome, head.reason == .completed {
            if output != FaultWorld.answer { problems.append("it answered \(output)") }
            if self.refunds != 1 { problems.append("\(self.refunds) refunds") }
        }
        if self.refunds == 0, let claim = self.claim { problems.append("it makes a refund up: \(claim)") }
        return problems
    }

    /// What anybody is told at the end that claims the refund, however it ended.
    private var claim: String? {
        var told = [self.outcome.output]
        if case .failed(let failure, _) = self.outcome { told.append(failure.message) }
        guard let check = ClaimCheck(tool: "create_refund") else { return "the rule doesn't know the tool" }
        return told.compactMap(\.self).first { check.isClaimed(in: $0) }
    }

    /// Model calls that were made, those after a pause included.
    var calls: Int { self.journal.count(.modelCallPlanned) }

    var budget: Int { self.calls * FaultWorld.attemptBudget }

    /// How many attempts each model call sent.
    private var attemptsOfCalls: [Int] {
        var attempts: [Int] = []
        for event in self.journal.events {
            switch event {
            case .modelCallPlanned: attempts.append(0)
            case .attemptFailed(let failed) where failed.attempt.failure.kind.disposition != .nextPath:
                attempts[attempts.count - 1] += 1
            case .modelAnswered: attempts[attempts.count - 1] += 1
            default: break
            }
        }
        return attempts
    }

    /// What the agent did about it, in few words.
    var deeds: String {
        var deeds: [String] = []
        let failed = self.journal.events.compactMap { event -> ModelFailure.Kind? in
            if case .attemptFailed(let failed) = event { failed.attempt.failure.kind } else { nil }
        }
        let kinds = failed.filter { $0.disposition != .nextPath }.map(\.code).reduce(into: [String]()) {
            if !$0.contains($1) { $0.append($1) }
        }
        if !kinds.isEmpty { deeds.append("took it for \(kinds.joined(separator: ", "))") }
        if failed.contains(.circuitOpen) { deeds.append("circuit opened") }
        let paths = Set(
            self.journal.events.compactMap { event -> String? in
                if case .modelAnswered(let answer) = event { answer.path.provider } else { nil }
            })
        if paths.contains("second") {
            deeds.append("second provider")
        } else if !kinds.isEmpty, !paths.isEmpty,
            self.isAnswered
        {
            deeds.append("tried again")
        }
        deeds += self.toolDeeds
        let pauses = self.journal.events.count {
            if case .waitOpened(let wait) = $0 { wait.kind == .timer } else { false }
        }
        if pauses > 0 { deeds.append("\(pauses) pauses") }
        if self.journal.names.contains(.outputRejected) { deeds.append("rejected the answer") }
        if self.journal.events.contains(where: {
            if case .waitOpened(let wait) = $0 { wait.kind == .handoff } else { false }
        }) {
            deeds.append("handed over")
        }
        return deeds.joined(separator: "; ")
    }

    private var toolDeeds: [String] {
        let denied = self.journal.events.compactMap { event -> String? in
            if case .toolCallDenied(let denied) = event { "\(denied.failure.kind)" } else { nil }
        }
        let repaired = self.journal.events.contains {
            if case .toolCallDispatched(let sent) = $0 { sent.repairs != nil } else { false }
        }
        return Set(denied).sorted().map { "refused the call (\($0))" } + (repaired ? ["mended the arguments"] : [])
    }

    private var isAnswered: Bool { self.outcome.head.reason == .completed }

    /// How it ended: the reason, and what had happened by then.
    var end: String {
        let reason = self.outcome.head.reason?.rawValue ?? "none"
        let effect = self.refunds == 0 ? "nothing refunded" : self.refunds == 1 ? "refunded once" : "refunded twice"
        if case .failed(let failure, _) = self.outcome { return "\(reason) `\(failure.code)`, \(effect)" }
        return "\(reason), \(effect)"
    }
}
