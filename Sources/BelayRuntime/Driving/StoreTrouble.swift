import BelayCore
import BelayResilience
import Logging

/// Says what can't be done with the store, in a line when it begins and one a minute: every driver meets the same trouble
/// many times a second. (That nothing can be claimed, and when that is over, is told by `StoreOutage`.)
final class StoreTrouble: Sendable {
    /// When each trouble was logged last.
    private let said = Locked<[String: Timestamp]>([:])
    private let logger: Logger

    private static let silence = Duration.seconds(60)
    private static let mostKinds = 100

    init(logger: Logger) { self.logger = logger }

    func met(_ message: Logger.Message, _ reason: String, at now: Timestamp) {
        let kind = "\(message): \(reason)"
        let isNews = self.said.withLock { said in
            if let last = said[kind], last.duration(to: now) < Self.silence { return false }
            if said.count >= Self.mostKinds { said = [:] }
            said[kind] = now
            return true
        }
        self.logger.log(level: isNews ? .error : .debug, message, metadata: ["reason": "\(reason)"])
    }

    /// The store was written: what goes wrong from now on is news.
    func isOver() { self.said.withLock { $0 = [:] } }
}
