import BelayCore

/// The outcomes that can still be judged late or corrected: as many as are allowed, the oldest leave first.
struct OutcomeLedger: Sendable {
    struct Entry: Sendable {
        var revision: Int
        let task: String
        let context: OutcomeContext
        var evidence: Evidence
        /// Which path's evidence it went to, and at which age; nil when it wasn't counted.
        let serial: UInt64
        let origin: Double?
    }

    private var entries: [String: Entry] = [:]
    /// The order of arrival, as a ring once it is full.
    private var order: [String] = []
    private var oldest = 0
    private let bound: Int
    /// When the latest of those that left had happened.
    private(set) var forgottenThrough: Timestamp?
    private var times: [Timestamp] = []

    init(bound: Int) { self.bound = bound }

    var count: Int { self.entries.count }

    subscript(id: String) -> Entry? { self.entries[id] }

    mutating func add(_ entry: Entry, id: String, time: Timestamp) {
        self.entries[id] = entry
        guard self.order.count >= self.bound else {
            self.order.append(id)
            self.times.append(time)
            return
        }
        self.entries[self.order[self.oldest]] = nil
        self.forgottenThrough = max(self.forgottenThrough ?? self.times[self.oldest], self.times[self.oldest])
        self.order[self.oldest] = id
        self.times[self.oldest] = time
        self.oldest = (self.oldest + 1) % self.bound
    }

    mutating func replace(id: String, evidence: Evidence, revision: Int) {
        self.entries[id]?.evidence = evidence
        self.entries[id]?.revision = revision
    }
}
