import BelayCore
import BelayRuntime
import Logging

extension Runtime {
    /// Opens a runtime that drives executions at once, until `shutdown()` or the end of the process.
    ///
    /// - Throws: `StoreError` when the store can't be used, or an error that names the environment variable that is
    ///   missing.
    public convenience init(
        store: StoreChoice, models: ModelChoice, options: RuntimeOptions = RuntimeOptions(),
        logger: Logger = Logger(label: "belay")
    ) async throws {
        let clock = SystemWallClock()
        self.init(
            store: try store.open(clock), gateway: try models.open(), options: options, logger: logger, wallClock: clock
        )
        try await self.store.check()
        self.runInBackground()
    }
}
