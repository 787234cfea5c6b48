import BelayCore

/// Everything that was learned, as one value: to store, to send to other nodes, and to add up.
///
/// Bounded by ``LearnedRoutingOptions``: tasks, paths of a task, contexts of a path.
package struct RoutingEvidence: Sendable, Hashable, Codable {
    package private(set) var tasks: [TaskEvidence] = []
    private var indices: [String: Int] = [:]
    private var lastSerial: UInt64 = 0

    private enum CodingKeys: String, CodingKey { case tasks, lastSerial }

    package init() {}

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.tasks = try container.decode([TaskEvidence].self, forKey: .tasks)
        self.lastSerial = try container.decode(UInt64.self, forKey: .lastSerial)
        self.reindex()
        guard self.indices.count == self.tasks.count else {
            throw DecodingError.dataCorruptedError(
                forKey: .tasks, in: container, debugDescription: "A task appears more than once.")
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(self.tasks, forKey: .tasks)
        try container.encode(self.lastSerial, forKey: .lastSerial)
    }

    package func index(of task: String) -> Int? { self.indices[task] }

    package subscript(task: String) -> TaskEvidence? { self.indices[task].map { self.tasks[$0] } }

    mutating func probed(task: Int, path: Int, by decision: UInt64) {
        self.tasks[task].probed(path: path, by: decision)
    }

    mutating func record(
        _ outcome: CallOutcome, at now: Timestamp, options: LearnedRoutingOptions
    ) -> (serial: UInt64, origin: Double?, change: PathHealth.Change?) {
        let index = self.place(for: outcome.task, at: now, bound: options.maxTasks)
        var serial = self.lastSerial
        defer { self.lastSerial = serial }
        return self.tasks[index].record(
            outcome,
            serial: {
                serial += 1
                return serial
            }, at: now, options: options)
    }

    /// - Returns: Whether the evidence was still there, and what the correction changed.
    mutating func correct(
        _ entry: OutcomeLedger.Entry, to new: Evidence, at time: Timestamp, options: LearnedRoutingOptions
    ) -> (isKnown: Bool, change: PathHealth.Change?) {
        guard let index = self.indices[entry.task] else { return (false, nil) }
        return self.tasks[index].correct(entry, to: new, at: time, options: options)
    }

    /// Adds what another node has learned, at the later of both times. The order doesn't matter, up to rounding and as
    /// long as no bound is reached. The same evidence must not be added twice: nodes send what is new since the last time.
    package mutating func merge(_ other: RoutingEvidence, options: LearnedRoutingOptions) {
        var serial = self.lastSerial
        defer { self.lastSerial = serial }
        for theirs in other.tasks {
            let index = self.place(for: theirs.task, at: theirs.time, bound: options.maxTasks)
            self.tasks[index].merge(
                theirs,
                serial: {
                    serial += 1
                    return serial
                }, options: options)
        }
    }

    private mutating func place(for task: String, at now: Timestamp, bound: Int) -> Int {
        if let index = self.indices[task] { return index }
        if self.tasks.count >= bound { self.makeRoom(bound: bound) }
        self.tasks.append(TaskEvidence(task: task, time: now))
        self.indices[task] = self.tasks.count - 1
        return self.tasks.count - 1
    }

    /// An eighth at once, so that the search is paid by many new tasks together.
    private mutating func makeRoom(bound: Int) {
        self.tasks.sort { ($0.time, $0.task) > ($1.time, $1.task) }
        self.tasks.removeLast(min(self.tasks.count, max(1, bound / 8)))
        self.reindex()
    }

    private mutating func reindex() {
        self.indices = [:]
        for (index, task) in self.tasks.enumerated() { self.indices[task.task] = index }
    }
}
