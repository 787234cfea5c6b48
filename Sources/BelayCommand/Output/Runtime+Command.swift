import Belay
import BelayJSON
import BelayServer

extension Runtime {
    /// A whole journal, or what follows an event of it.
    func journal(of id: ExecutionID, after sequence: Int = 0) async throws -> [JournalEvent] {
        let page = 1_000
        var entries: [JournalEvent] = []
        while true {
            let more = try await self.store.journal(of: id, after: entries.last?.sequence ?? sequence, limit: page)
            entries += more
            if more.count < page { return entries }
        }
    }
}
