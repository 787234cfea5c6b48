import Belay
import BelayResilience
import Logging

/// Writes what a person has to know about a gateway to a log.
final class GatewayLog: Sendable {
    private let alerts = Locked(GatewayAlerts())
    private let logger: Logger
    private let timekeeper: Timekeeper

    init(logger: Logger, clock: any Clock<Duration> = ContinuousClock()) {
        self.logger = logger
        self.timekeeper = Timekeeper(clock)
    }

    func record(_ report: GatewayReport) {
        let now = self.timekeeper.now
        guard let line = self.alerts.withLock({ $0.line(for: report, at: now) }) else { return }
        self.logger.log(
            level: line.level, "\(line.message)", metadata: line.metadata.mapValues { .string($0) })
    }
}
