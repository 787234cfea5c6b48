import BelayResilience

/// The troubles that a node has with its store, each operation for itself: one that works doesn't end the trouble of
/// another. Owns no clock.
struct StoreTroubles: Sendable {
    private var outages: [StoreOperation: StoreOutage] = [:]

    subscript(operation: StoreOperation) -> StoreOutage { self.outages[operation] ?? StoreOutage() }

    mutating func failed(_ operation: StoreOperation, _ reason: String, at now: Moment) -> StoreOutage.Line? {
        self.outages[operation, default: StoreOutage()].failed(reason, at: now)
    }

    mutating func worked(_ operation: StoreOperation) -> StoreOutage.Line? { self.outages[operation]?.worked() }
}
