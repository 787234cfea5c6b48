import Belay

/// What stands before an execution in its session: it begins when they have ended.
struct Queue {
    /// An execution of the session that has to end first.
    struct Blocker {
        let head: ExecutionHead
        /// What it asks of somebody.
        let waits: [WaitRecord]
    }

    let runtime: Runtime
    let project: ProjectOptions

    /// The oldest execution of a session that has not ended; nil when there is none.
    func first(in session: SessionID, tenant: String) async throws -> Blocker? {
        var oldest: ExecutionHead?
        var cursor: Cursor?
        repeat {
            let page = try await self.runtime.store.heads(
                ExecutionFilter(
                    tenant: tenant, states: [.idle, .thinking, .executing, .waiting], session: session),
                after: cursor, limit: 100)
            oldest = page.items.last ?? oldest
            cursor = page.next
        } while cursor != nil
        guard let oldest else { return nil }
        return try await self.blocker(oldest)
    }

    /// The first of those that `id` waits for, along what each of them continues.
    private func first(before id: ExecutionID) async throws -> Blocker? {
        var current = id
        var blocking: ExecutionHead?
        while case .accepted(let accepted)? = try await self.runtime.store.journal(of: current, after: 0, limit: 1)
            .first?.event, let earlier = accepted.continues
        {
            let head = try await self.runtime.head(of: earlier)
            if head.ended != nil { break }
            (current, blocking) = (earlier, head)
        }
        guard let blocking else { return nil }
        return try await self.blocker(blocking)
    }

    private func blocker(_ head: ExecutionHead) async throws -> Blocker {
        guard case .waiting(let waits, let head)? = try await self.runtime.standing(of: head) else {
            return Blocker(head: head, waits: [])
        }
        return Blocker(head: head, waits: waits)
    }

    /// Says what an execution that is to be driven waits for, if it can't begin.
    ///
    /// - Throws: `Failure` 75 when somebody has to answer first.
    func explain(_ id: ExecutionID) async throws {
        let head = try await self.runtime.head(of: id)
        guard head.ended == nil, let blocker = try await self.first(before: id) else { return }
        let place = "\(id) waits behind \(blocker.head.id) of its session"
        guard let wait = blocker.waits.first else {
            let resume = self.project.commandLine("executions resume \(blocker.head.id)")
            return Console.note(
                "\(place), which is \(blocker.head.state.rawValue). If no server drives it, go on with: \(resume)")
        }
        throw Failure.waiting(
            (["\(place), which waits for somebody."] + WaitHelp(wait, project: self.project).lines)
                .joined(separator: "\n"))
    }
}
