/// Decides how long a connection may stay as it is, so that a client that is slow, or silent on purpose, can't hold it.
///
/// A request has to arrive whole, from its first line to its last byte, within one deadline that no trickle of bytes
/// extends. Between requests a connection may idle. While an answer is being made or streamed no clock runs, unless the
/// client stops reading.
struct ConnectionDeadlines: Sendable {
    /// The clocks of one connection.
    enum Timer: Sendable, Hashable {
        /// Something has to come in.
        case reading
        /// Something has to go out.
        case writing
    }

    enum Action: Sendable, Hashable {
        case start(Timer, Duration)
        case stop(Timer)
        case none
    }

    /// What happens to a connection whose time is up, or that sent something that is not HTTP.
    enum Verdict: Sendable, Hashable {
        /// The client can still be told.
        case answer
        case close
    }

    let limits: ConnectionLimits
    private var isReceiving = false
    private var isAnswering = false
    /// Requests whose head came in and whose answer has not gone out in full.
    private var unanswered = 0

    /// Whether every request that began to come in was answered.
    var isIdle: Bool { self.unanswered == 0 }

    init(limits: ConnectionLimits) { self.limits = limits }

    mutating func opened() -> Action { .start(.reading, self.limits.request) }

    mutating func receivedHead() -> Action {
        self.isReceiving = true
        self.unanswered += 1
        return .start(.reading, self.limits.request)
    }

    mutating func receivedEnd() -> Action {
        self.isReceiving = false
        return self.unanswered == 0 ? .start(.reading, self.limits.idle) : .stop(.reading)
    }

    mutating func sentHead() { self.isAnswering = true }

    mutating func sentEnd() -> Action {
        self.isAnswering = false
        self.unanswered -= 1
        // An answer may overtake the rest of its request; the rest still has to come in time.
        return self.isReceiving || self.unanswered > 0 ? .none : .start(.reading, self.limits.idle)
    }

    mutating func becameWritable(_ isWritable: Bool) -> Action {
        isWritable ? .stop(.writing) : .start(.writing, self.limits.stall)
    }

    /// What to do when the request that is coming in can't be waited for, or can't be understood.
    func refusal() -> Verdict {
        // Other requests than that one. One less than none: it has its answer, ahead of its last byte.
        let others = self.unanswered - (self.isReceiving ? 1 : 0)
        return self.isAnswering || others != 0 ? .close : .answer
    }

    func expired(_ timer: Timer) -> Verdict {
        switch timer {
        case .reading: self.isReceiving ? self.refusal() : .close
        case .writing: .close
        }
    }
}
