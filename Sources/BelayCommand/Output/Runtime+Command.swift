import Belay
import BelayJSON
import BelayServer

extension Runtime {
    /// The agent that was asked for, or the only one.
    func agent(chosen: String?) throws -> String {
        if let chosen, self.agentNames.contains(chosen) { return chosen }
        if let chosen {
            throw Failure.wrongData(
                "There is no agent \(chosen). Known agents: \(self.agentNames.joined(separator: ", ")).")
        }
        guard self.agentNames.count == 1, let name = self.agentNames.first else {
            throw Failure.wrongData("choose an agent with --agent: \(self.agentNames.joined(separator: ", "))")
        }
        return name
    }

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
