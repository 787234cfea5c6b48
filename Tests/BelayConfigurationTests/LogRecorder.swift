import BelayResilience
import Logging

/// Keeps what is logged from a level on, a line each.
final class LogRecorder: Sendable {
    private let recorded = Locked<[String]>([])
    var lines: [String] { self.recorded.withLock { $0 } }

    func logger(from level: Logger.Level = .notice) -> Logger {
        Logger(label: "test") { _ in Handler(recorder: self, logLevel: level) }
    }

    private struct Handler: LogHandler {
        let recorder: LogRecorder
        var logLevel: Logger.Level
        var metadata: Logger.Metadata = [:]

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { self.metadata[key] }
            set { self.metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let details = (event.metadata ?? [:]).map { "\($0.key)=\($0.value)" }.sorted().joined(separator: " ")
            self.recorder.recorded.withLock { $0.append("\(event.level): \(event.message) \(details)") }
        }
    }
}
