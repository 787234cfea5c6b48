import BelayCore

extension Runtime {
    /// Checks that tasks can be taken and worked on: the store can be written now, and this node finds its work in it.
    /// A store that stands a check may still refuse that, as one does whose log of writes is damaged.
    ///
    /// - Throws: `RequestError`, of code `storeUnavailable` when it may pass.
    public func checkReadiness() async throws {
        try await RequestError.reading { try await self.store.check() }
        for operation in [StoreOperation.claiming, .lookingForWork] {
            let reason = self.context.trouble.reason(for: operation, lasting: self.options.pollInterval)
            guard let reason else { continue }
            throw RequestError(
                .storeUnavailable, "This node can't \(operation.rawValue). It goes on trying.", cause: reason)
        }
    }
}
