import BelayResilience

/// Whoever watches an attempt, and may leave while it goes on: from then on they get nothing, and can't end it.
final class Audience: Sendable {
    private let hasLeft = Locked(false)
    private let show: @Sendable (AttemptPart) async throws -> Void

    init(_ show: @escaping @Sendable (AttemptPart) async throws -> Void) { self.show = show }

    func leave() { self.hasLeft.withLock { $0 = true } }

    var observe: @Sendable (AttemptPart) async throws -> Void {
        { part in
            if self.hasLeft.withLock({ $0 }) { return }
            do {
                try await self.show(part)
            } catch  where self.hasLeft.withLock({ $0 }) {
                // They left while it was shown to them.
            }
        }
    }
}
