/// One kind of fault: how often, when, to whom, and how it looks.
struct Fault: Sendable, Equatable {
    enum RetryAfterForm: String, Sendable, CaseIterable {
        /// `Retry-After: 2`
        case seconds
        /// `Retry-After: Wed, 21 Oct 2026 07:28:00 GMT`
        case date
        /// `retry-after-ms: 1500`
        case milliseconds
    }

    enum Only: String, Sendable, CaseIterable {
        case stream
        case nonStream = "non_stream"
    }

    var kind: FaultKind
    /// The share of requests, 0 to 1.
    var rate = 1.0
    /// How many requests of the same key and model pass first.
    var after = 0
    /// How often it strikes at most; nil for no limit.
    var times: Int?
    /// Empty for every model.
    var models: [NamePattern] = []
    var only: Only?
    var schedule: FaultSchedule?
    var delay: Duration?
    /// Where in the answer it strikes, as a share of its content, 0 to 1.
    var position = 0.5
    var retryAfter: Duration?
    var retryAfterForm = RetryAfterForm.seconds
    /// Keep-alives while waiting; nil for none.
    var pings: Duration?
    /// What flapping looks like while it is down.
    var appearance: FaultKind?

    /// The same fault with flapping resolved into what it looks like.
    var effective: Fault {
        guard self.kind == .flapping else { return self }
        var fault = self
        fault.kind = self.appearance ?? .unavailable
        return fault
    }

    func applies(to situation: FaultSituation) -> Bool {
        guard self.effective.kind.applies(to: situation) else { return false }
        guard self.models.isEmpty || self.models.contains(where: { $0.matches(situation.model) }) else { return false }
        switch self.only {
        case nil: return true
        case .stream: return situation.streams
        case .nonStream: return !situation.streams
        }
    }

    /// When the listener is to be closed, for a fault that closes it.
    var closesListener: FaultSchedule? { self.effective.kind == .refused ? self.schedule : nil }
}
