/// Reads faults, and refuses settings that a kind has no use for: they would silently do nothing.
enum FaultReader {
    private static let common = ["kind", "rate", "after", "times", "models", "only", "schedule"]

    static func fault(_ node: ScenarioNode) throws -> Fault {
        let special = ["delay", "at", "retry_after", "retry_after_form", "pings", "as"]
        let fields = try node.fields(self.common + special)
        guard let kindNode = fields["kind"] else { throw node.error("a fault needs a kind") }
        var fault = Fault(kind: try kindNode.choice())
        fault.rate = try fields["rate"]?.number(in: 0...1) ?? 1
        fault.after = try fields["after"]?.integer(in: 0...1_000_000_000) ?? 0
        fault.times = try fields["times"]?.integer(in: 1...1_000_000_000)
        fault.models = try ScenarioReader.patterns(fields["models"])
        fault.only = try fields["only"]?.choice()
        fault.schedule = try fields["schedule"].map { try self.schedule($0) }
        fault.delay = try fields["delay"]?.duration()
        fault.position = try fields["at"]?.number(in: 0...1) ?? 0.5
        fault.retryAfter = try fields["retry_after"]?.duration()
        fault.retryAfterForm = try fields["retry_after_form"]?.choice() ?? .seconds
        fault.pings = try fields["pings"].map { try self.pings($0) }
        fault.appearance = try fields["as"]?.choice()
        let useful = self.common + self.settings(of: fault.effective.kind) + (fault.kind == .flapping ? ["as"] : [])
        for (name, place) in fields.sorted(by: { $0.key < $1.key }) where !useful.contains(name) {
            throw place.error("means nothing for a fault of kind '\(fault.effective.kind.rawValue)'")
        }
        try self.check(fault, fields: fields, at: node)
        return fault
    }

    private static func settings(of kind: FaultKind) -> [String] {
        switch kind {
        case .silence: ["delay"]
        case .slowFirstToken: ["delay", "pings"]
        case .stall: ["delay", "at", "pings"]
        case .cut, .malformedChunk, .malformedJSON, .errorIn200: ["at"]
        case .rateLimited, .unavailable, .overloaded: ["retry_after", "retry_after_form"]
        default: []
        }
    }

    private static func check(_ fault: Fault, fields: [String: ScenarioNode], at node: ScenarioNode) throws {
        if fault.retryAfter == nil, let form = fields["retry_after_form"] {
            throw form.error("means nothing without retry_after")
        }
        if fault.kind == .flapping {
            guard fault.appearance != .flapping else { throw node.error("flapping cannot look like flapping") }
            guard fault.schedule?.every != nil else {
                throw node.error("flapping needs a schedule, such as {every: 20s, for: 5s}")
            }
        }
        guard fault.effective.kind == .refused else { return }
        guard fault.schedule?.length != nil else {
            throw node.error("refused needs a schedule with 'for': the port is closed for a time, not for one request")
        }
        for name in ["rate", "after", "times", "models", "only"] where fields[name] != nil {
            throw node.error("'\(name)' means nothing for refused: a closed port refuses everybody")
        }
    }

    /// Not so often that keep-alives would flood the client.
    private static func pings(_ node: ScenarioNode) throws -> Duration {
        let interval = try node.duration()
        guard interval >= .milliseconds(10) else { throw node.error("must be at least 10ms") }
        return interval
    }

    private static func schedule(_ node: ScenarioNode) throws -> FaultSchedule {
        let fields = try node.fields(["from", "for", "every"])
        let schedule = FaultSchedule(
            from: try fields["from"]?.duration() ?? .zero, length: try fields["for"]?.duration(),
            every: try fields["every"]?.duration())
        if let length = schedule.length, length <= .zero { throw node.error("'for' must be longer than 0") }
        if let every = schedule.every {
            guard let length = schedule.length, length < every else {
                throw node.error("'every' needs a 'for' that is shorter")
            }
        }
        return schedule
    }
}
