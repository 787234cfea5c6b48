import BelayResilience

@testable import BelayRuntime

/// A place where a number of tasks meet: nobody leaves before all are there.
final class Meeting: Sendable {
    private let missing: Locked<Int>
    private let complete = Interruption()

    init(of count: Int) { self.missing = Locked(count) }

    /// - Returns: Whether all came; false when the task was cancelled before.
    func arrive() async -> Bool {
        let isLast = self.missing.withLock { missing in
            missing -= 1
            return missing <= 0
        }
        if isLast { self.complete.fire() }
        await self.complete.wait()
        return self.complete.isFired
    }
}
