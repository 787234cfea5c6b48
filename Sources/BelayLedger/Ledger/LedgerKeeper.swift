import BelayCore
import BelayResilience

extension Ledger {
    /// Lines that are written at once.
    static let maxBatch = 1_000
    private static let maxWatched = 1_000

    /// Writes lines, renews the lease, gives back what isn't used, reckons up nodes that died, and watches how fast is spent,
    /// until it is cancelled. Then it writes what is left and gives everything back.
    public func run() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.writeLines() }
            group.addTask { await self.keepUp() }
            group.addTask { await self.audit() }
            group.addTask { await self.watchSpending() }
        }
        // What is cancelled doesn't write any more: the end is a task of its own, which is awaited.
        await Task { await self.leave() }.value
    }

    private func writeLines() async {
        for await _ in self.dirty.stream {
            // Cancelled, it goes on at once to the last lines.
            try? await self.timekeeper.sleep(for: self.options.linger)
            _ = await self.write(withCached: false)
        }
    }

    private func keepUp() async {
        while !Task.isCancelled {
            await self.reckonUpOthers()
            await self.renew()
            // Answers from the cache have no hurry: so long they are summed up.
            if self.state.withLock({ !$0.cached.isEmpty }) { await self.flush() }
            // Only cancellation ends the pause early, and the loop.
            try? await self.timekeeper.sleep(for: self.options.renewal)
        }
    }

    private func audit() async {
        while !Task.isCancelled {
            // Only cancellation ends the pause early, and the loop.
            try? await self.timekeeper.sleep(for: self.options.audit)
            guard !Task.isCancelled else { return }
            do {
                let verdict = try await self.store.verify()
                if !verdict.isSound { self.report(.unsound(verdict.faults)) }
            } catch {
                self.report(.delayed(count: 0, reason: "the ledger can't be added up: \(error)"))
            }
        }
    }

    /// Renews the lease, and gives back what is wanted or wasn't used for long. Who holds nothing gives the lease back, too.
    func renew() async {
        let (holdsLease, isBusy) = self.state.withLock { ($0.term != 0, $0.isBusy) }
        guard holdsLease else { return }
        if isBusy { await self.post(watching: true) } else { await self.rest() }
    }

    private func rest() async {
        await self.turns.take()
        defer { self.turns.pass() }
        // What is admitted from here on gets a new lease.
        guard let term = self.state.withLock({ $0.endLease() }) else { return }
        await self.leave(term)
    }

    private func leave(_ term: Int64) async {
        // Nobody gets a new lease before the old one is over.
        await self.joining.take()
        defer { self.joining.pass() }
        do {
            try await self.store.leave(self.node, term: term)
            self.log?.end(term: term)
        } catch {
            // It ends by itself, and what is in the log is written already.
            self.report(.delayed(count: 0, reason: "the node's chunks can't be given back: \(error)"))
        }
    }

    /// Writes the lines that wait now, those for answers from the cache included; not those that come meanwhile.
    ///
    /// - Returns: Whether all of them are written.
    @discardableResult
    public func flush() async -> Bool {
        await self.write(withCached: true)
    }

    private func write(withCached: Bool) async -> Bool {
        let (target, cached) = self.state.withLock { ($0.linesTaken, $0.cached.taken + $0.cached.count) }
        repeat {
            guard self.state.withLock({ $0.hasNews || withCached && !$0.cached.isEmpty }) else { return true }
            guard await self.post(withCached: withCached) else { return false }
        } while self.state.withLock({ $0.linesPosted < target || withCached && $0.cached.taken < cached })
        return true
    }

    /// - Returns: Whether the store took it.
    @discardableResult
    private func post(watching: Bool = false, withCached: Bool = false) async -> Bool {
        await self.turns.take()
        defer { self.turns.pass() }
        return await self.postNow(watching: watching, withCached: withCached)
    }

    private func postNow(watching: Bool, withCached: Bool) async -> Bool {
        do {
            let known = self.state.withLock { $0.term }
            let term = known == 0 ? try await self.join() : known
            do {
                try await self.postNow(watching: watching, withCached: withCached, term: term)
            } catch is LedgerLapse {
                self.lapse(of: term)
            }
            return true
        } catch {
            self.report(.delayed(count: self.state.withLock { $0.pending.count }, reason: "\(error)"))
            // The next lines, or the next renewal, try again.
            return false
        }
    }

    private func postNow(watching: Bool, withCached: Bool, term: Int64) async throws {
        let unopened = self.state.withLock { $0.asksForUnopened(at: self.timekeeper.now) }
        if !unopened.isEmpty { try await self.lease(unopened, term: term) }
        let now = self.timekeeper.now
        let idle = self.options.idle
        let time = withCached ? self.wallClock.now : nil
        let post = self.state.withLock { state in
            state.nextPost(
                atMost: Self.maxBatch, watching: watching ? Self.maxWatched : 0, cachedAt: time, idle: idle, at: now)
        }
        let posted = try await self.store.post(post.batch, by: self.node, term: term, for: self.options.lease)
        self.state.withLock { state in
            state.posted(post)
            state.renewed(until: now + self.options.usable, of: term)
            state.note(posted.watched, isQuiet: post.wasQuiet)
        }
        self.shortenLog()
        self.raise(posted.alerts)
    }

    /// Reckons up the nodes whose lease is over.
    public func reckonUpOthers() async {
        do {
            for lapsed in try await self.store.lapsedNodes() where lapsed.node != self.node {
                await self.reckonUp(lapsed)
            }
        } catch is CancellationError {
            // Others do it, or this node at its next start.
        } catch {
            self.report(.delayed(count: 0, reason: "nodes that died can't be looked for: \(error)"))
        }
    }

    private func reckonUp(_ lapsed: LapsedNode) async {
        do {
            let draws = try self.log?.draws(of: lapsed)
            guard let lost = try await self.store.reckonUp(lapsed, lost: draws) else { return }
            self.log?.remove(lapsed)
            let amount = lost.reduce(Money.zero) { $0 + $1.amount.money }
            self.report(.reckonedUp(lapsed.node, lost: draws == nil ? nil : lost.count, amount: amount))
        } catch is CancellationError {
            // As above.
        } catch {
            self.report(
                .delayed(count: 0, reason: "the node \(lapsed.node), which died, can't be reckoned up: \(error)"))
        }
    }

    private func leave() async {
        guard await self.flush() else { return }
        // Who still has something under way leaves it to be reckoned up.
        if let term = self.state.withLock({ $0.endLease() }) { await self.leave(term) }
    }
}
