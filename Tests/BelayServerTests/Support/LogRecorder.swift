import BelayResilience
import Logging

/// Keeps what is logged from a level on.
final class LogRecorder: Sendable {
    private let recorded = Locked<[String]>([])

    var lines: [String] { self.recorded.withLock { $0 } }

    /// From errors on.
    var logger: Logger { self.logger(from: .error) }

    func logger(from level: Logger.Level) -> Logger {
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
            let metadata = self.metadata.merging(event.metadata ?? [:]) { _, new in new }
            self.recorder.recorded.withLock { $0.append("\(event.message) \(metadata)") }
        }
    }
}
