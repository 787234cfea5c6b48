import BelayCore
import Logging

/// What was said in a session before an execution, and what it used.
struct SessionHistory: Sendable {
    /// How many earlier executions are read; what lies further back is out of the context.
    private static let depth = 20

    let store: any ExecutionStore
    let logger: Logger

    /// An earlier execution that can't be read is left out, with a warning: its damage is not this task's. If its beginning
    /// is damaged, nobody knows what came before it, and that is left out too.
    ///
    /// - Throws: `StoreError`; `DamagedJournal` when the execution's own journal can't be read.
    func context(before id: ExecutionID) async throws -> SessionContext {
        var context = SessionContext()
        for earlier in try await self.earlier(than: id).reversed() {
            do {
                context = try await JournalWriter.fold(earlier, session: context, store: self.store).handedOn
            } catch let damage as DamagedJournal {
                self.logger.warning(
                    "an earlier execution of the session can't be read; the task goes on without what was said in it",
                    metadata: [
                        "execution": "\(id)", "damaged": "\(damage.execution)", "reason": "\(damage.reason)",
                    ])
            }
        }
        return context
    }

    /// The latest first.
    private func earlier(than id: ExecutionID) async throws -> [ExecutionID] {
        var chain: [ExecutionID] = []
        while chain.count < Self.depth {
            do {
                guard let next = try await Self.predecessor(of: chain.last ?? id, in: self.store) else { break }
                chain.append(next)
            } catch let damage as DamagedJournal where damage.execution != id {
                break  // It is found out once more, and told, when its messages are read.
            }
        }
        return chain
    }

    /// The execution of the session before this one.
    ///
    /// - Throws: `StoreError`, `DamagedJournal`.
    static func predecessor(of id: ExecutionID, in store: any ExecutionStore) async throws -> ExecutionID? {
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
