import BelayCore
import BelayResilience

/// What an attempt has been told about its usage so far: known even when the attempt is cut off or cancelled.
final class UsageMeter: Sendable {
    /// What is known at one moment.
    struct Reading: Sendable, Hashable {
        /// Nil when nothing was reported.
        var usage: Usage?
        /// Bytes of text, reasoning and calls that came.
        var writtenBytes = 0
    }

    private let state = Locked(Reading())

    var reading: Reading { self.state.withLock { $0 } }
    var usage: Usage? { self.reading.usage }

    /// - Parameter writtenBytes: What came since the last time.
    func record(_ usage: Usage?, writtenBytes: Int = 0) {
        guard usage != nil || writtenBytes > 0 else { return }
        self.state.withLock { state in
            state.usage = usage ?? state.usage
            state.writtenBytes += writtenBytes
        }
    }
}
