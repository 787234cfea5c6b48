import BelayCore
import BelayResilience

extension LedgerState {
    /// What is written at once, and what that means for the accounts.
    struct Post {
        var batch: LedgerBatch
        /// How many of its lines wait in `pending` until they are written. Those of cached answers, behind them, wait nowhere
        /// else: should the node lose its lease over them, they are lost, and nobody counts them twice.
        var waiting: Int
        /// By account.
        var spent: [Int: Int64]
        var returned: [Int: Int64]
        var term: Int64
        /// Nobody asked for a lease when it was made up.
        var wasQuiet: Bool
    }

    var hasNews: Bool { !self.pending.isEmpty || !self.surplus.isEmpty || self.underWay != nil }

    /// - Parameters:
    ///   - watching: How many accounts may be asked about; 0 but for the renewal of the lease, which looks at all of them.
    ///   - cachedAt: The time of the lines for answers from the cache; nil for none of them yet.
    ///   - idle: What wasn't used for that long is given back then, too.
    mutating func nextPost(
        atMost most: Int, watching: Int, cachedAt: Timestamp? = nil, idle: Duration, at now: Moment
    ) -> Post {
        if let underWay { return underWay }
        self.batches += 1
        let rows = self.pending.first(most).map { row in
            guard let places = self.unopened[row.serial] else { return row }
            var row = row
            row.accounts += places.compactMap { self.accounts[$0].number }
            return row
        }
        let cached =
            cachedAt.map { self.cached.take(atMost: most - rows.count, term: self.term, at: $0) } ?? []
        var post = Post(
            batch: LedgerBatch(number: self.batches, rows: rows + cached), waiting: rows.count, spent: [:],
            returned: [:], term: self.term,
            wasQuiet: !self.isServing)
        for row in rows where row.term == self.term {
            for number in row.accounts {
                guard let place = self.placesByNumber[number] else { continue }
                post.spent[place, default: 0] += row.amount.units(self.accounts[place].unit)
            }
        }
        // Whoever writes hears what became of the accounts.
        post.batch.watched = post.spent.keys.sorted().compactMap { self.accounts[$0].standing?.number }
        if watching > 0 { self.watch(watching, idle: idle, at: now, in: &post) }
        self.giveBack(in: &post)
        self.underWay = post
        return post
    }

    private mutating func watch(_ most: Int, idle: Duration, at now: Moment, in post: inout Post) {
        // Where it broke off the last time, when there are more than may be asked about at once.
        let order = [self.watchedLast..<self.accounts.count, 0..<min(self.watchedLast, self.accounts.count)].joined()
        for place in order where !self.accounts[place].isIdle {
            let account = self.accounts[place]
            if account.isHard, account.isWanted || account.used + idle <= now { self.surplus.insert(place) }
            guard post.batch.watched.count < most, post.spent[place] == nil, let number = account.number else {
                continue
            }
            post.batch.watched.append(number)
            self.watchedLast = place
        }
    }

    private mutating func giveBack(in post: inout Post) {
        for place in self.surplus {
            guard let number = self.accounts[place].standing?.number else { continue }
            let units = self.accounts[place].giveBack()
            guard units > 0 else { continue }
            post.returned[place] = units
            post.batch.returns[number] = units
        }
        self.surplus = []
    }

    mutating func posted(_ post: Post) {
        self.underWay = nil
        for row in self.pending.first(post.waiting) { self.unopened[row.serial] = nil }
        self.pending.removeFirst(post.waiting)
        self.linesPosted += Int64(post.waiting)
        guard post.term == self.term else { return }
        for place in Set(post.spent.keys).union(post.returned.keys) {
            self.accounts[place].posted(spent: post.spent[place] ?? 0, returned: post.returned[place] ?? 0)
        }
    }

    /// Takes what the store says of accounts.
    mutating func note(_ watched: [WatchedAccount], isQuiet: Bool) {
        for watched in watched {
            guard let place = self.placesByNumber[watched.standing.number] else { continue }
            self.accounts[place].standing = watched.standing
            self.accounts[place].isWanted = watched.isWanted || watched.standing.headroom == 0
            let account = self.accounts[place]
            if account.isHard, account.isWanted, account.available > 0 { self.surplus.insert(place) }
            if isQuiet, !self.isServing, account.isHard, watched.chunk > account.leased {
                self.accounts[place].found(watched.chunk - account.leased)
            }
        }
    }
}
