import BelayJSON

/// The last requests, for whoever wonders what the agent really sent. Holds no bodies and no keys.
struct RequestLog: Sendable {
    struct Record: Sendable {
        var number: Int
        var path: String
        var model: String?
        var wire: WireProtocol?
        var streams: Bool
        /// FNV-1a of the body, as 16 hexadecimal digits: equal for equal bodies.
        var digest: String
        var bytes: Int
        var fault: FaultKind?
        var status: Int
        /// What a whole answer reports to the client; nil for everything else.
        var usage: MockUsage?
        /// Nil while the answer is on its way.
        var completed: Bool?
    }

    let limit: Int
    private var records: [Record] = []
    private var oldest = 0
    private(set) var count = 0

    init(limit: Int) { self.limit = max(1, limit) }

    mutating func add(_ record: Record) {
        var record = record
        record.path = String(record.path.prefix(256))
        record.model = record.model.map { String($0.prefix(128)) }
        self.count += 1
        if self.records.count < self.limit {
            self.records.append(record)
        } else {
            self.records[self.oldest] = record
            self.oldest = (self.oldest + 1) % self.limit
        }
    }

    mutating func ended(_ number: Int, completed: Bool) {
        // Numbers are dense, so that a record is found without a search; one that was overwritten is gone.
        guard let newest = self.records.isEmpty ? nil : self.last?.number, number <= newest,
            newest - number < self.records.count
        else { return }
        let newestIndex = (self.oldest + self.records.count - 1) % self.records.count
        let index = (newestIndex - (newest - number) + self.records.count) % self.records.count
        self.records[index].completed = completed
    }

    private var last: Record? {
        self.records.isEmpty ? nil : self.records[(self.oldest + self.records.count - 1) % self.records.count]
    }

    mutating func reset() { self = RequestLog(limit: self.limit) }

    /// Oldest first.
    var json: JSON {
        let ordered = self.records[self.oldest...] + self.records[..<self.oldest]
        return .array(ordered.map { Self.json($0) })
    }

    private static func json(_ record: Record) -> JSON {
        [
            "number": JSON(record.number), "path": .string(record.path),
            "model": record.model.map(JSON.string) ?? .null,
            "protocol": record.wire.map { .string($0.rawValue) } ?? .null, "stream": .bool(record.streams),
            "digest": .string(record.digest), "bytes": JSON(record.bytes),
            "fault": record.fault.map { .string($0.rawValue) } ?? .null, "status": JSON(record.status),
            "tokens": record.usage.map { ["input": JSON($0.totalInput), "output": JSON($0.totalOutput)] } ?? .null,
            "completed": record.completed.map(JSON.bool) ?? .null,
        ]
    }
}
