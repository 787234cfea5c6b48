/// How long each phase of a call may take.
public struct PhaseLimits: Sendable, Hashable {
    /// Default 10 s. Nil: bounded by `total` alone.
    public var connect: Duration?
    /// Default 60 s. Many providers send the headers of an answer that is not streamed only with the whole answer: give
    /// such a call nil, or as much as `total`.
    public var responseHeaders: Duration?
    /// Default 60 s. Nil: bounded by `total` alone.
    public var firstToken: Duration?
    /// Default 30 s. Nil: bounded by `total` alone.
    public var betweenTokens: Duration?
    /// Default 300 s.
    public var total: Duration

    public init(
        connect: Duration? = .seconds(10), responseHeaders: Duration? = .seconds(60),
        firstToken: Duration? = .seconds(60), betweenTokens: Duration? = .seconds(30), total: Duration = .seconds(300)
    ) {
        self.connect = connect
        self.responseHeaders = responseHeaders
        self.firstToken = firstToken
        self.betweenTokens = betweenTokens
        self.total = total
    }

    /// The limit of one phase; nil when it has none of its own.
    public subscript(phase: CallPhase) -> Duration? {
        switch phase {
        case .connect: self.connect
        case .responseHeaders: self.responseHeaders
        case .firstToken: self.firstToken
        case .betweenTokens: self.betweenTokens
        case .total: self.total
        }
    }
}

/// What a call reports about how far it has come.
public enum CallProgress: Sendable, Hashable {
    /// The connection is there, or an idle one was taken.
    case connected
    case responseHeaders
    /// Something of the answer itself: text, reasoning, a part of a tool call, usage, the end.
    case content
    /// A comment or a ping: the connection lives, which says nothing about the answer. No clock restarts.
    case keepAlive
    /// What came is with whoever takes it. How long that takes is not the caller's fault: only the total runs until the
    /// next report.
    case handedOn
}

/// Decides which of a call's five clocks has run out. Owns no clock and no task.
///
/// The total runs from the start; of the others one runs at a time. Progress moves forward only: what a retried
/// connection reports again does not bring back an earlier phase.
public struct PhaseDeadlines: Sendable, Hashable {
    public let limits: PhaseLimits
    /// Which of the four clocks runs beside the total.
    public private(set) var phase = CallPhase.connect
    private let totalDeadline: Moment
    private var phaseDeadline: Moment?

    public init(limits: PhaseLimits = PhaseLimits(), startedAt: Moment) {
        self.limits = limits
        self.totalDeadline = startedAt + limits.total
        self.phaseDeadline = limits.connect.map { startedAt + $0 }
    }

    /// When the first of the running clocks runs out, if nothing is reported until then.
    public var nextDeadline: Moment {
        min(self.totalDeadline, self.phaseDeadline ?? self.totalDeadline)
    }

    public mutating func record(_ progress: CallProgress, at now: Moment) {
        switch (progress, self.phase) {
        case (.connected, .connect):
            self.enter(.responseHeaders, at: now)
        case (.responseHeaders, .connect), (.responseHeaders, .responseHeaders):
            self.enter(.firstToken, at: now)
        case (.content, _):
            self.enter(.betweenTokens, at: now)
        case (.handedOn, .firstToken), (.handedOn, .betweenTokens):
            self.phaseDeadline = nil
        case (.connected, _), (.responseHeaders, _), (.keepAlive, _), (.handedOn, _):
            break
        }
    }

    /// The clock that has run out, the earliest if several have; nil when none has.
    public func expired(at now: Moment) -> DeadlineExceeded? {
        guard now >= self.nextDeadline else { return nil }
        if let phaseDeadline = self.phaseDeadline, phaseDeadline < self.totalDeadline,
            let limit = self.limits[self.phase]
        {
            return DeadlineExceeded(phase: self.phase, limit: limit)
        }
        return DeadlineExceeded(phase: .total, limit: self.limits.total)
    }

    private mutating func enter(_ phase: CallPhase, at now: Moment) {
        self.phase = phase
        self.phaseDeadline = self.limits[phase].map { now + $0 }
    }
}
