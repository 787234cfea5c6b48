import BelayCore
import BelayResilience

/// Decides how long the client of an agent waits while no model answers, by the execution's events. Owns no clock.
///
/// An execution whose models are all down pauses, longer each time, and tries again for as long as it has to. Nobody sits
/// before a silent connection for that.
struct OutagePatience: Sendable {
    enum Verdict: Sendable, Hashable {
        case nothing
        /// No model answers: from now on the client waits for `longest`.
        case began
        /// One has answered.
        case over
        /// The execution pauses beyond what the client waits, for that long from now on.
        case tooLong(Duration)
    }

    let longest: Duration
    private var since: Moment?

    init(longest: Duration) { self.longest = longest }

    /// - Parameter time: The same moment by the clock that dates the pauses. Those that are over say nothing.
    mutating func take(_ event: Event, at now: Moment, time: Timestamp) -> Verdict {
        switch event {
        case .modelCallFailed:
            guard self.since == nil else { return .nothing }
            self.since = now
            return .began
        case .modelAnswered:
            guard self.since != nil else { return .nothing }
            self.since = nil
            return .over
        case .waitOpened(let wait) where wait.kind == .timer:
            let left = time.duration(to: wait.expires)
            guard let since, now + left > since + self.longest else { return .nothing }
            return .tooLong(left)
        default: return .nothing
        }
    }
}
