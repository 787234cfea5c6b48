import Belay
import BelayLedger
import BelayResilience
import Logging

/// Writes what a person has to know about budgets to a log.
final class LedgerLog: Sendable {
    /// Equal troubles come once in this time at most.
    private static let interval = Duration.seconds(60)

    private let logger: Logger
    private let limit = Locked(RepeatLimit(interval: LedgerLog.interval))
    private let timekeeper: Timekeeper

    init(logger: Logger, clock: any Clock<Duration> = ContinuousClock()) {
        self.logger = logger
        self.timekeeper = Timekeeper(clock)
    }

    func record(_ report: LedgerReport) {
        switch report {
        case .alert(let alert): self.tell(alert)
        case .lapsed:
            self.logger.warning(
                "This node stood still for longer than its lease; what it had under way was reckoned up by others.")
        case .reckonedUp(let node, let lost, let amount):
            self.logger.notice(
                "A node that died was reckoned up; its calls under way count for the most that they may have cost.",
                metadata: [
                    "node": "\(node)", "calls": .string(lost.map(String.init) ?? "not known"), "amount": "\(amount)",
                ])
        case .delayed(let count, let reason):
            self.trouble(
                "The ledger can't be written at the moment; it is tried again.",
                ["lines": "\(count)", "reason": .string(reason)])
        case .unsound(let faults):
            self.logger.error(
                "The ledger doesn't add up; see `belay budgets verify`.",
                metadata: ["faults": .array(faults.prefix(10).map { .string($0) })])
        case .logFailed(let reason):
            self.trouble("What is under way can't be noted.", ["reason": .string(reason)])
        }
    }

    /// Which user or session it is stands in `/v1/alerts`; of whom a budget is nearly used up has to be said.
    private func tell(_ alert: Alert) {
        var metadata: Logger.Metadata = [:]
        metadata["tenant"] = alert.tenant.map { .string($0) }
        switch alert.kind {
        case .budget(let standing):
            let text = standing.unit.text
            metadata["budget"] = "\(standing.key.budget)"
            metadata["subject"] = "\(alert.subject)"
            metadata["spent"] = .string(text(standing.settled))
            metadata["limit"] = .string(text(standing.limit))
            self.logger.warning("A budget is nearly used up.", metadata: metadata)
        case .refusal(let state):
            let text = state.unit.text
            metadata["budget"] = "\(state.budget)"
            metadata["subject"] = "\(alert.subject)"
            metadata["spent"] = .string(text(state.settled))
            metadata["limit"] = .string(text(state.limit))
            metadata["needed"] = .string(text(state.needed))
            self.logger.warning("A budget refuses calls.", metadata: metadata)
        case .call(let cost, let limit):
            metadata["model"] = "\(alert.subject)"
            metadata["cost"] = "\(cost)"
            metadata["limit"] = "\(limit)"
            metadata["execution"] = (alert.spender?.execution).map { .string($0) }
            self.logger.warning("A single call was dear; others in this hour are only counted.", metadata: metadata)
        case .rate(let spent, let usual, let limit, let days):
            metadata["spent"] = "\(spent)"
            metadata["usual"] = "\(usual)"
            metadata["limit"] = "\(limit)"
            metadata["days"] = "\(days)"
            self.logger.warning("More is spent in this hour than is usual at this time of day.", metadata: metadata)
        case .unknownPrice:
            let provider = alert.subject.prefix { $0 != "/" }
            metadata["model"] = "\(alert.subject)"
            self.logger.warning(
                "The cost of a model's answers is unknown. Set 'providers.\(provider).prices'.", metadata: metadata)
        }
    }

    private func trouble(_ message: Logger.Message, _ metadata: Logger.Metadata) {
        let now = self.timekeeper.now
        guard self.limit.withLock({ $0.admit("\(message)", at: now) != nil }) else { return }
        self.logger.warning(message, metadata: metadata)
    }
}
