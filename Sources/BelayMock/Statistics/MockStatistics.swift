import BelayJSON

/// What the provider received and sent, counted.
struct MockStatistics: Sendable {
    private var total = 0
    private var byPath = BoundedCounts()
    private var byModel = BoundedCounts()
    private var byProtocol = BoundedCounts()
    private var byStatus = BoundedCounts()
    private var streaming = 0
    private var faults = BoundedCounts()
    private var answered = 0
    private var refused = 0
    private var usage = MockUsage()
    private var inFlight = 0
    private var peakInFlight = 0
    private var disconnects = 0
    private var missingPlaceholders = 0

    mutating func began(path: String) {
        self.total += 1
        self.byPath.add(path)
        self.inFlight += 1
        self.peakInFlight = max(self.peakInFlight, self.inFlight)
    }

    mutating func understood(_ conversation: Conversation) {
        self.byModel.add(conversation.model)
        self.byProtocol.add(conversation.wire.rawValue)
        if conversation.streams { self.streaming += 1 }
    }

    mutating func struck(_ kind: FaultKind) { self.faults.add(kind.rawValue) }
    mutating func missed(_ placeholders: [String]) { self.missingPlaceholders += placeholders.count }

    /// - Parameter completed: The script was played to its end; false when the client left first.
    mutating func ended(_ script: WireScript, completed: Bool) {
        self.inFlight -= 1
        guard completed else {
            self.disconnects += 1
            return
        }
        self.byStatus.add(script.status == 0 ? "none" : "\(script.status)")
        self.count(script, 1)
    }

    /// Takes back an end that was counted as completed: the client left after all.
    mutating func revoke(_ script: WireScript) {
        self.count(script, -1)
        self.disconnects += 1
    }

    private mutating func count(_ script: WireScript, _ sign: Int) {
        switch script.outcome {
        case .answered(let usage):
            self.answered += sign
            self.usage.input += sign * usage.input
            self.usage.cached += sign * usage.cached
            self.usage.output += sign * usage.output
            self.usage.reasoning += sign * usage.reasoning
        case .refused: self.refused += sign
        case .faulted, .control: break
        }
    }

    /// Everything back to zero but what is going on right now.
    mutating func reset() {
        let inFlight = self.inFlight
        self = MockStatistics()
        self.inFlight = inFlight
        self.peakInFlight = inFlight
    }

    func json(connections: Connections.Counts) -> JSON {
        [
            "requests": [
                "total": JSON(self.total), "by_path": self.byPath.json, "by_model": self.byModel.json,
                "by_protocol": self.byProtocol.json, "by_status": self.byStatus.json,
                "streaming": JSON(self.streaming),
            ],
            "faults": ["total": JSON(self.faults.total), "by_kind": self.faults.json],
            "answered": JSON(self.answered), "refused": JSON(self.refused),
            "tokens": [
                "input": JSON(self.usage.totalInput), "output": JSON(self.usage.totalOutput),
                "cached": JSON(self.usage.cached), "reasoning": JSON(self.usage.reasoning),
            ],
            "in_flight": JSON(self.inFlight), "peak_in_flight": JSON(self.peakInFlight),
            "client_disconnects": JSON(self.disconnects), "missing_placeholders": JSON(self.missingPlaceholders),
            "connections": [
                "open": JSON(connections.open), "peak": JSON(connections.peak), "total": JSON(connections.total),
                "turned_away": JSON(connections.turnedAway),
            ],
        ]
    }
}

/// Counts by name; names beyond the limit are counted together, for they come from outside.
struct BoundedCounts: Sendable {
    private static let limit = 256
    private var counts: [String: Int] = [:]
    private(set) var total = 0

    mutating func add(_ name: String) {
        let name = String(name.prefix(128))
        let known = self.counts[name] != nil || self.counts.count < Self.limit
        self.counts[known ? name : "(other)", default: 0] += 1
        self.total += 1
    }

    var json: JSON {
        .object(JSON.Object(self.counts.sorted { $0.key < $1.key }.map { (key: $0.key, value: JSON($0.value)) }))
    }
}
