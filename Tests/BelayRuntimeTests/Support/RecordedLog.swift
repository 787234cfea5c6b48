import BelayResilience
import Logging

/// The lines that were logged, with their levels.
final class RecordedLog: Sendable {
    private let lines = Locked<[(level: Logger.Level, message: String)]>([])

    var logger: Logger { Logger(label: "test") { _ in Handler(log: self) } }

    func messages(_ level: Logger.Level) -> [String] {
        self.lines.withLock { $0 }.filter { $0.level == level }.map(\.message)
    }

    private func add(_ level: Logger.Level, _ message: String) { self.lines.withLock { $0.append((level, message)) } }

    private struct Handler: LogHandler {
        let log: RecordedLog
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace
        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { self.metadata[key] }
            set { self.metadata[key] = newValue }
        }

        func log(event: LogEvent) { self.log.add(event.level, "\(event.message)") }
    }
}
