/// Notices that an execution does the same over and over.
///
/// Three things count as a loop: a cycle of one to four calls, with the same arguments and the same results, that was
/// gone through `maxRepeats` times; the same without regard to results, three times as often, since polling for a change
/// is legitimate for a while; and as often, calls whose arguments only grow.
struct LoopDetector: Sendable, Hashable {
    private struct Entry: Sendable, Hashable {
        var call: Int
        var result: Int
        var name: String
        /// How far back those calls lie, at most as far as the longest cycle, whose arguments these have grown from.
        var grownFrom: Set<Int> = []
    }

    private static let longestCycle = 4
    private static let history = 512
    private var entries: [Entry] = []
    /// The last calls, the latest last; as many as the longest cycle.
    private var recent: [GrowingArguments] = []

    mutating func record(call: ToolCall, result: String) {
        var entry = Entry(call: Self.hash(call.name, call.arguments), result: Self.hash(result), name: call.name)
        let arguments = GrowingArguments(tool: call.name, text: call.arguments)
        for (index, earlier) in self.recent.reversed().enumerated() where arguments.haveGrown(from: earlier) {
            entry.grownFrom.insert(index + 1)
        }
        self.recent.append(arguments)
        if self.recent.count > Self.longestCycle { self.recent.removeFirst() }
        self.entries.append(entry)
        if self.entries.count > Self.history { self.entries.removeFirst(self.entries.count - Self.history) }
    }

    /// What repeats, in words; nil when nothing does.
    func loop(maxRepeats: Int) -> String? {
        for length in 1...Self.longestCycle {
            let strict = self.repeats(of: length) { $0.call == $1.call && $0.result == $1.result }
            if strict >= maxRepeats { return self.describe(length: length, times: strict, sameResults: true) }
            let loose = self.repeats(of: length) { $0.call == $1.call }
            if loose >= maxRepeats * 3 { return self.describe(length: length, times: loose, sameResults: false) }
            let growing = self.repeats(of: length) { $0.call == $1.call || $1.grownFrom.contains(length) }
            if growing >= maxRepeats * 3 { return self.describeGrowth(length: length, times: growing) }
        }
        return nil
    }

    /// How often the last `length` entries stand at the end of the history in a row.
    private func repeats(of length: Int, _ same: (Entry, Entry) -> Bool) -> Int {
        guard self.entries.count >= length else { return 0 }
        var matched = length
        while matched < self.entries.count {
            let index = self.entries.count - 1 - matched
            guard same(self.entries[index], self.entries[index + length]) else { break }
            matched += 1
        }
        return matched / length
    }

    private func describe(length: Int, times: Int, sameResults: Bool) -> String {
        self.happening(length: length, times: times) + " with the same arguments"
            + (sameResults ? " and the same result" : "")
    }

    private func describeGrowth(length: Int, times: Int) -> String {
        self.happening(length: length, times: times) + " with arguments that only grew"
    }

    private func happening(length: Int, times: Int) -> String {
        let names = self.entries.suffix(length).map(\.name).joined(separator: ", ")
        return (length == 1 ? "\(names) was called" : "the calls \(names) were repeated") + " \(times) times in a row"
    }

    /// FNV-1a, so that the same journal gives the same state in every process.
    private static func hash(_ parts: String...) -> Int {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for part in parts {
            for byte in part.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
            hash = (hash ^ 0xff) &* 0x100_0000_01b3
        }
        return Int(truncatingIfNeeded: hash)
    }
}
