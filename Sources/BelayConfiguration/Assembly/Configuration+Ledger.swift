import Belay
import BelayLedger
import BelaySQLite
import Foundation
import Logging

extension Configuration {
    /// The folder beside the store where nodes note what they have under way.
    private var drawFolder: String { "\(self.resolve(self.store.path))-ledger" }

    /// The ledger of a node that makes calls, beside its store.
    ///
    /// - Throws: `Errno` when the folder beside the store can't be written.
    func makeLedger(in store: SQLiteExecutionStore, logger: Logger) throws -> Ledger {
        var random = SystemRandomNumberGenerator()
        let node = NodeID.make(at: SystemWallClock().now, using: &random)
        let log = LedgerLog(logger: logger)
        return Ledger(
            budgets: self.allBudgets, store: SQLiteLedgerStore(store), node: node,
            options: Ledger.Options(lease: self.runtimeOptions.lease, alerts: self.alerts.policy),
            log: try DrawLog(folder: self.drawFolder, node: node)
        ) { log.record($0) }
    }

    /// Works with the ledger of the store that the configuration names, beside a running server.
    ///
    /// - Parameter making: Whether a store is made where there is none. To read one that isn't there would show that nothing
    ///   was ever spent.
    /// - Throws: `StoreError` when the store can't be used, and whatever `body` throws.
    public func withLedger<Value: Sendable>(
        making: Bool = false, _ body: @Sendable (any LedgerStore) async throws -> Value
    ) async throws -> Value {
        let path = self.resolve(self.store.path)
        guard making || FileManager.default.fileExists(atPath: path) else {
            throw StoreError.unavailable("there is no store at \(path): `belay serve` makes it; is `store.path` right?")
        }
        let store = try SQLiteExecutionStore(path: path)
        let result: Result<Value, any Error>
        do {
            result = .success(try await body(SQLiteLedgerStore(store)))
        } catch {
            result = .failure(error)
        }
        try await store.close()
        return try result.get()
    }
}
