import BelayCore
import BelayRouting

extension Gateway {
    /// Does what outcomes need beside the calls, until it is cancelled: writes them to their store, learns from those of
    /// other nodes, forgets old ones, and asks the models and tools that judge. Without it outcomes are remembered in this
    /// process only, and judgements that need somebody to be asked are missing.
    ///
    /// What waits to be written is written before it returns.
    public func run() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await OutcomeKeeper(book: self.outcomes, timekeeper: self.timekeeper).run() }
            group.addTask { await OutcomeJudges(gateway: self).run() }
        }
    }

    public func judge(_ outcome: String, success: Double) async throws {
        try await self.outcomes.judge(outcome, success: success)
    }
}
