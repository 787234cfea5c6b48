import Belay
import BelayJSON
import BelayServer

extension Runtime {
    /// A whole journal.
    func journal(of id: ExecutionID) async throws -> [JournalEvent] {
        let page = 1_000
        var entries: [JournalEvent] = []
        while true {
            let more = try await self.store.journal(of: id, after: entries.last?.sequence ?? 0, limit: page)
            entries += more
            if more.count < page { return entries }
        }
    }
}
