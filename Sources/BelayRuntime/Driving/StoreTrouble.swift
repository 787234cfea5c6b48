import BelayCore
import BelayResilience
import Logging

/// Logs what can't be done with the store: every driver meets the same trouble many times a second.
final class StoreTrouble: Sendable {
    private let troubles = Locked(StoreTroubles())
    private let timekeeper: Timekeeper
    private let logger: Logger

    init(timekeeper: Timekeeper, logger: Logger) {
        self.timekeeper = timekeeper
        self.logger = logger
    }

    /// - Parameter isQuiet: Whether somebody else tells whoever has to know.
    func met(_ operation: StoreOperation, _ reason: String, isQuiet: Bool = false) {
        let now = self.timekeeper.now
        let level: Logger.Level = isQuiet ? .info : .error
        switch self.troubles.withLock({ $0.failed(operation, reason, at: now) }) {
        case .began: self.logger.log(level: level, "can't \(operation.rawValue): \(reason); trying again")
        case .lasts(let failures):
            self.logger.log(
                level: level, "still can't \(operation.rawValue): \(reason)", metadata: ["failures": "\(failures)"])
        case .over, nil: self.logger.debug("can't \(operation.rawValue): \(reason)")
        }
    }

    func worked(_ operation: StoreOperation, isQuiet: Bool = false) {
        guard case .over(let failures) = self.troubles.withLock({ $0.worked(operation) }) else { return }
        self.logger.log(
            level: isQuiet ? .info : .notice, "can \(operation.rawValue) again", metadata: ["failures": "\(failures)"])
    }

    /// Why the operation fails; nil unless that is so for this long.
    func reason(for operation: StoreOperation, lasting duration: Duration) -> String? {
        let outage = self.troubles.withLock { $0[operation] }
        guard let since = outage.since, since.duration(to: self.timekeeper.now) >= duration else { return nil }
        return outage.reason
    }
}
