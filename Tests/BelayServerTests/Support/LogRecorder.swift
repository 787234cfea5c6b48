import BelayResilience
import Logging

/// Keeps the errors that were logged.
final class LogRecorder: Sendable {
    private let recorded = Locked<[String]>([])

    var lines: [String] { self.recorded.withLock { $0 } }

    var logger: Logger { Logger(label: "test") { _ in Handler(recorder: self) } }

    private struct Handler: LogHandler {
        let recorder: LogRecorder
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.error

        init(recorder: LogRecorder) { self.recorder = recorder }

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
