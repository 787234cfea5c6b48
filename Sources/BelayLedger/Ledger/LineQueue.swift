/// Lines that wait to be written, in their order.
struct LineQueue {
    private var lines: [LedgerRow] = []
    /// What is written already, until it is worth moving the rest.
    private var start = 0

    var count: Int { self.lines.count - self.start }
    var isEmpty: Bool { self.count == 0 }

    mutating func append(_ line: LedgerRow) { self.lines.append(line) }

    func first(_ count: Int) -> ArraySlice<LedgerRow> { self.lines[self.start...].prefix(count) }

    mutating func removeFirst(_ count: Int) {
        self.start += count
        guard self.start > self.lines.count / 2 else { return }
        self.lines.removeFirst(self.start)
        self.start = 0
    }

    /// Lines that were taken without a lease belong to `term`.
    mutating func adopt(by term: Int64) {
        for place in self.lines.indices[self.start...] where self.lines[place].term == 0 {
            self.lines[place].term = term
        }
    }
}
