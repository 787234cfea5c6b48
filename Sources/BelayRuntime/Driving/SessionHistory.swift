import BelayCore

/// What was said in a session before an execution.
enum SessionHistory {
    /// How many earlier executions are read; what lies further back is out of the context.
    private static let depth = 20

    static func messages(before id: ExecutionID, store: any ExecutionStore) async throws -> [Message] {
        var chain: [ExecutionID] = []
        var current = id
        while chain.count < Self.depth, let earlier = try await Self.predecessor(of: current, store: store) {
            chain.append(earlier)
            current = earlier
        }
        var messages: [Message] = []
        for earlier in chain.reversed() {
            messages = try await JournalWriter.fold(earlier, prior: messages, store: store).conversation
        }
        return messages
    }

    /// - Throws: `StoreError`, `DamagedJournal`.
    private static func predecessor(of id: ExecutionID, store: any ExecutionStore) async throws -> ExecutionID? {
        do {
            let first = try await store.journal(of: id, after: 0, limit: 1).first
            guard case .accepted(let accepted)? = first?.event else {
                throw StoreError.corrupt("its first event is not accepted")
            }
            return accepted.continues
        } catch StoreError.corrupt(let reason) {
            throw DamagedJournal(execution: id, reason: reason)
        }
    }
}
