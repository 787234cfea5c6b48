import BelayCore
import BelaySQLite

/// Where a runtime keeps its executions.
public struct StoreChoice: Sendable {
    let open: @Sendable (any WallClock) throws -> any ExecutionStore

    /// A SQLite file, created when it is missing; the file's folder has to exist.
    public static func sqlite(_ path: String) -> StoreChoice {
        StoreChoice { clock in try SQLiteExecutionStore(path: path, clock: clock) }
    }

    /// A store of your own.
    public static func custom(_ store: any ExecutionStore) -> StoreChoice { StoreChoice { _ in store } }
}
