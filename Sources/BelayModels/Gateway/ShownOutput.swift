import BelayCore
import BelayResilience

/// What an attempt has shown to the observer: nothing until its first real output, from which on it is committed.
final class ShownOutput: Sendable {
    private let observe: (@Sendable (ModelProgress) -> Void)?
    private let number: Int
    private let path: ModelPath
    private let committed = Locked(false)

    init(observe: (@Sendable (ModelProgress) -> Void)?, number: Int, path: ModelPath) {
        self.observe = observe
        self.number = number
        self.path = path
    }

    var hasOutput: Bool { self.committed.withLock { $0 } }

    /// What the attempt gives its events to; nil when nobody watches.
    var handler: (@Sendable (ModelStreamEvent) -> Void)? {
        guard let observe = self.observe else { return nil }
        return { event in
            guard event.isOutput else { return }
            if self.commit() { observe(.attemptStarted(number: self.number, path: self.path)) }
            if case .textDelta(let text) = event { observe(.textDelta(text, attempt: self.number)) }
        }
    }

    /// - Returns: Whether this was the first output.
    private func commit() -> Bool {
        self.committed.withLock { committed in
            defer { committed = true }
            return !committed
        }
    }
}
