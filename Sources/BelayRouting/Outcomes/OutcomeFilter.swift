import BelayCore

/// Which outcomes are meant; nil means any.
public struct OutcomeFilter: Sendable, Hashable {
    public var task: String?
    public var path: ModelPath?
    /// Calls that ended then or later.
    public var since: Timestamp?

    public init(task: String? = nil, path: ModelPath? = nil, since: Timestamp? = nil) {
        self.task = task
        self.path = path
        self.since = since
    }

    func matches(_ outcome: CallOutcome) -> Bool {
        self.task.map { $0 == outcome.task } ?? true && self.path.map { $0 == outcome.path } ?? true
            && self.since.map { $0 <= outcome.time } ?? true
    }
}

/// Where a page of outcomes begins: lists run from new to old, and of two calls that ended at once the larger name goes
/// first.
public struct OutcomePlace: Sendable, Hashable, Comparable, CustomStringConvertible {
    public var time: Timestamp
    public var id: String

    public init(time: Timestamp, id: String) {
        self.time = time
        self.id = id
    }

    /// - Parameter text: As ``description`` writes it; nil for anything else.
    public init?(_ text: String) {
        let parts = text.split(separator: "~", maxSplits: 1)
        guard parts.count == 2, let time = Int64(parts[0]), parts[1].utf8.count <= 128 else { return nil }
        self.init(time: Timestamp(milliseconds: time), id: String(parts[1]))
    }

    public var description: String { "\(self.time.milliseconds)~\(self.id)" }

    public static func < (left: Self, right: Self) -> Bool { (left.time, left.id) < (right.time, right.id) }
}

extension CallOutcome {
    public var place: OutcomePlace { OutcomePlace(time: self.time, id: self.id) }
}
