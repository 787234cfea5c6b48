import BelayCore
import BelayResilience

/// What an attempt has been told about its usage so far: known even when the attempt is cut off or cancelled.
final class UsageMeter: Sendable {
    private let reported = Locked<Usage?>(nil)

    var usage: Usage? { self.reported.withLock { $0 } }

    func record(_ usage: Usage?) {
        guard let usage else { return }
        self.reported.withLock { $0 = usage }
    }
}
