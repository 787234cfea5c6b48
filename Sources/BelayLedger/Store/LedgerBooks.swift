import BelayCore

/// The books of a ledger in memory: accounts, chunks, lines. What it does is one transaction; it owns no clock.
struct LedgerBooks {
    /// Lines that are kept at least; twice as many before the older half is forgotten.
    private static let maxRows = 50_000

    private struct Account {
        var standing: AccountStanding
        var configured: Int64
        var enforcement: Budget.Enforcement
        var alertPercent: Int
        var isAlerted = false
        var wantedAt: Timestamp?
        /// What lines that are kept no more have settled.
        var forgotten: Int64 = 0
    }

    private struct Node {
        var term: Int64
        var expires: Timestamp
        /// The number of the last batch that was written.
        var batch: Int64 = 0
        /// By account.
        var chunks: [Int64: Int64] = [:]
    }

    private var accounts: [Account] = []
    private var numbers: [AccountKey: Int64] = [:]
    private var nodes: [NodeID: Node] = [:]
    private var lastTerm: Int64 = 0
    private var lastRow: Int64 = 0
    private(set) var rows: [NumberedRow] = []
    var overrides: [BudgetOverride] = []

    // MARK: Nodes

    mutating func join(_ node: NodeID, until expiry: Timestamp, at now: Timestamp) -> Int64 {
        if let known = self.nodes[node] {
            _ = self.reckonUp(LapsedNode(node: node, term: known.term), lost: nil, at: now)
        }
        self.lastTerm += 1
        self.nodes[node] = Node(term: self.lastTerm, expires: expiry)
        return self.lastTerm
    }

    mutating func renew(_ node: NodeID, term: Int64, until expiry: Timestamp) throws(LedgerLapse) {
        guard self.nodes[node]?.term == term else { throw LedgerLapse() }
        self.nodes[node]?.expires = expiry
    }

    mutating func leave(_ node: NodeID, term: Int64) {
        guard let known = self.nodes[node], known.term == term else { return }
        for (number, units) in known.chunks { self[number].standing.reserved -= units }
        self.nodes[node] = nil
    }

    func lapsed(at now: Timestamp) -> [LapsedNode] {
        Array(self.nodes.lazy.filter { $1.expires <= now }.map { LapsedNode(node: $0, term: $1.term) }.prefix(100))
    }

    /// - Returns: The lines that were written; nil when the node wasn't there, or its lease isn't over.
    mutating func reckonUpLapsed(_ node: LapsedNode, lost: [LedgerRow]?, at now: Timestamp) -> [LedgerRow]? {
        guard let known = self.nodes[node.node], known.term == node.term, known.expires <= now else { return nil }
        return self.reckonUp(node, lost: lost, at: now)
    }

    private mutating func reckonUp(_ node: LapsedNode, lost: [LedgerRow]?, at now: Timestamp) -> [LedgerRow] {
        let chunks = self.nodes[node.node]?.chunks ?? [:]
        let lines =
            lost
            ?? chunks.filter { $0.value > 0 }.sorted { $0.key < $1.key }.map { number, units in
                LedgerRow.ofChunk(units, self[number].standing, at: now, term: node.term)
            }
        let unwritten = lines.filter { !self.isWritten($0, by: node.node) }
        for line in unwritten { self.write(line, by: node.node) }
        self.leave(node.node, term: node.term)
        return unwritten
    }

    private func isWritten(_ row: LedgerRow, by node: NodeID) -> Bool {
        row.serial != 0
            && self.rows.contains { $0.node == node && $0.row.serial == row.serial && $0.row.kind != .correct }
    }

    // MARK: Accounts

    private static func place(of number: Int64) -> Int { Int(number - 1) }

    private subscript(number: Int64) -> Account {
        get { self.accounts[Self.place(of: number)] }
        set { self.accounts[Self.place(of: number)] = newValue }
    }

    mutating func lease(_ ask: ChunkAsk, to node: NodeID, at now: Timestamp) -> ChunkGrant {
        let number = self.open(ask, at: now)
        guard ask.enforcement == .hard else { return ChunkGrant(units: 0, standing: self[number].standing) }
        let units = ChunkPolicy.grant(ask, headroom: self[number].standing.headroom)
        if units < ask.wanted { self[number].wantedAt = now }
        self[number].standing.reserved += units
        self.nodes[node]?.chunks[number, default: 0] += units
        return ChunkGrant(units: units, standing: self[number].standing)
    }

    private mutating func open(_ ask: ChunkAsk, at now: Timestamp) -> Int64 {
        let number: Int64
        if let known = self.numbers[ask.key] {
            number = known
        } else {
            number = Int64(self.accounts.count + 1)
            self.numbers[ask.key] = number
            self.accounts.append(
                Account(
                    standing: AccountStanding(
                        number: number, key: ask.key, limit: ask.limit, settled: 0, reserved: 0),
                    configured: ask.limit, enforcement: ask.enforcement, alertPercent: ask.alertPercent))
        }
        self[number].configured = ask.limit
        self[number].enforcement = ask.enforcement
        self[number].alertPercent = ask.alertPercent
        self[number].standing.limit = self.limit(of: self[number], at: now)
        return number
    }

    private func limit(of account: Account, at now: Timestamp) -> Int64 {
        self.overrides.limit(of: account.standing.key, at: now) ?? account.configured
    }

    // MARK: Lines

    mutating func post(_ batch: LedgerBatch, by node: NodeID, term: Int64, at now: Timestamp) -> LedgerPosted {
        let isNew = batch.number > self.nodes[node]?.batch ?? 0
        if isNew {
            self.nodes[node]?.batch = batch.number
            var released = batch.returns
            for row in batch.rows { self.post(row, by: node, isLate: row.isLate(in: term), releasing: &released) }
            for (number, units) in released { self.release(units, of: number, by: node) }
        }
        let touched = Set(batch.rows.flatMap(\.accounts)).sorted()
        return LedgerPosted(
            alerts: touched.compactMap { self.alert($0) },
            watched: batch.watched.map { self.watch($0, by: node, at: now) })
    }

    private mutating func post(
        _ row: LedgerRow, by node: NodeID, isLate: Bool, releasing released: inout [Int64: Int64]
    ) {
        if isLate {
            if let line = self.lateLine(for: row, by: node) { self.write(line, by: node) }
            return
        }
        self.write(row, by: node)
        for number in row.accounts {
            released[number, default: 0] += row.amount.units(self.accounts[Self.place(of: number)].standing.unit)
        }
    }

    /// What a line adds whose attempt others may have reckoned up; nil for nothing.
    private func lateLine(for row: LedgerRow, by node: NodeID) -> LedgerRow? {
        let lines = self.rows.lazy.filter { $0.node == node && $0.row.term == row.term }.map(\.row)
        return row.late(among: lines.filter { $0.serial == row.serial }, chunks: lines.filter { $0.serial == 0 })
    }

    private mutating func write(_ row: LedgerRow, by node: NodeID) {
        self.lastRow += 1
        for place in row.accounts.lazy.map(Self.place) {
            self.accounts[place].standing.settled += row.amount.units(self.accounts[place].standing.unit)
        }
        self.rows.append(NumberedRow(number: self.lastRow, node: node, row: row))
        if self.rows.count > Self.maxRows * 2 { self.forget() }
    }

    private mutating func forget() {
        let count = self.rows.count - Self.maxRows
        for line in self.rows.prefix(count) {
            for number in line.row.accounts {
                self[number].forgotten += line.row.amount.units(self[number].standing.unit)
            }
        }
        self.rows.removeFirst(count)
    }

    /// Takes back as much as the node has.
    private mutating func release(_ units: Int64, of number: Int64, by node: NodeID) {
        let held = self.nodes[node]?.chunks[number] ?? 0
        let released = min(units, held)
        self.nodes[node]?.chunks[number] = held == released ? nil : held - released
        self.accounts[Self.place(of: number)].standing.reserved -= released
    }

    private mutating func alert(_ number: Int64) -> AccountStanding? {
        let account = self[number]
        guard !account.isAlerted, account.standing.hasReached(percent: account.alertPercent) else { return nil }
        self[number].isAlerted = true
        return account.standing
    }

    private mutating func watch(_ number: Int64, by node: NodeID, at now: Timestamp) -> WatchedAccount {
        self[number].standing.limit = self.limit(of: self[number], at: now)
        let account = self[number]
        let isWanted = account.standing.isWanted(account.wantedAt, at: now)
        let chunk = self.nodes[node]?.chunks[number] ?? 0
        return WatchedAccount(standing: account.standing, chunk: chunk, isWanted: isWanted)
    }

    // MARK: Questions

    func standings(_ filter: AccountFilter, limit: Int, at now: Timestamp) -> [AccountStanding] {
        let found = self.accounts.map { account in
            var standing = account.standing
            standing.limit = self.limit(of: account, at: now)
            return standing
        }.filter { filter.matches($0.key) }
        return Array(found.sorted { ($0.key.period, $0.number) > ($1.key.period, $1.number) }.prefix(limit))
    }

    var verdict: LedgerVerdict {
        var audit = LedgerAudit()
        for account in self.accounts { audit.add(account.standing, settledBefore: account.forgotten) }
        for node in self.nodes.values {
            for (number, units) in node.chunks { audit.addChunk(units, of: number) }
        }
        for line in self.rows { audit.add(line.row) }
        return audit.verdict(rows: Int(self.lastRow))
    }
}
