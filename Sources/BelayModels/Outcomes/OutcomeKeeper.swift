import BelayCore
import BelayResilience
import BelayRouting

/// Works in the background for as long as it is run: writes outcomes, reads those of other nodes, forgets old ones.
struct OutcomeKeeper: Sendable {
    let book: OutcomeBook
    let timekeeper: Timekeeper

    /// Between two looks for what is too old.
    private static let pruneInterval = Duration.seconds(3_600)
    /// Outcomes that are forgotten at once, so that no transaction is long.
    private static let pruned = 5_000

    /// Returns when it is cancelled, after a last write.
    func run() async {
        var read: Int64?
        var pruned: Moment?
        while !Task.isCancelled {
            await self.book.flush()
            if let shelf = self.book.shelf {
                read = await self.catchUp(with: shelf, from: read ?? shelf.read)
                pruned = await self.prune(shelf.store, last: pruned)
            }
            // Only cancellation ends the pause early, and the loop.
            try? await self.timekeeper.sleep(for: self.book.options.interval)
        }
        await self.book.flush()
    }

    /// Learns from what others wrote since the last time.
    ///
    /// - Returns: Up to where it has read.
    private func catchUp(with shelf: OutcomeBook.Shelf, from place: Int64) async -> Int64 {
        guard self.book.learns else { return place }
        do {
            let written = try await shelf.store.outcomes(
                after: place, except: shelf.node, limit: self.book.options.maxRead)
            let now = self.book.wallClock.now
            for outcome in written.outcomes { self.book.learn(outcome, of: nil, at: now) }
            return written.last
        } catch {
            self.book.tellDelay(of: 0, error)
            return place
        }
    }

    private func prune(_ store: any OutcomeStore, last: Moment?) async -> Moment? {
        let now = self.timekeeper.now
        if let last, last.duration(to: now) < Self.pruneInterval { return last }
        do {
            let limit = self.book.wallClock.now.advanced(by: .zero - self.book.options.retention)
            // When there is more, the next look comes at once.
            let count = try await store.forgetOutcomes(before: limit, limit: Self.pruned)
            return count < Self.pruned ? now : nil
        } catch {
            self.book.tellDelay(of: 0, error)
            return now
        }
    }
}
