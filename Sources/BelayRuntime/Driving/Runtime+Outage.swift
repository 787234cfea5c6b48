extension Runtime {
    /// How often ``untilStoreFails(for:)`` looks.
    private static let look = Duration.milliseconds(250)

    /// Returns, with the reason, when for so long no execution could be claimed because the store fails. While it works
    /// this goes on until the calling task is cancelled.
    ///
    /// Nothing is lost by an outage: what was accepted is in the store and goes on when the store does. This is for a
    /// program with a person in front of it, who should not wait in vain.
    ///
    /// - Throws: `CancellationError`.
    package func untilStoreFails(for patience: Duration) async throws -> String {
        while true {
            if let reason = self.node.outage(lasting: patience) { return reason }
            try await self.context.clock.sleep(for: Self.look)
        }
    }
}
