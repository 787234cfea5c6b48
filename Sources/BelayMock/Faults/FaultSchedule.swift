/// When a fault is on, counted from the moment at which the list of faults was installed.
struct FaultSchedule: Sendable, Equatable {
    var from: Duration = .zero
    /// How long it is on; nil for ever.
    var length: Duration?
    /// The period after which it is on again; nil for once.
    var every: Duration?

    func isOn(at elapsed: Duration) -> Bool {
        guard elapsed >= self.from else { return false }
        guard let length else { return true }
        return self.phase(at: elapsed) < length
    }

    /// The next moment at which `isOn` changes, if it ever does.
    func nextChange(after elapsed: Duration) -> Duration? {
        guard elapsed >= self.from else { return self.from }
        guard let length else { return nil }
        let phase = self.phase(at: elapsed)
        if phase < length { return elapsed + (length - phase) }
        return self.every.map { elapsed + ($0 - phase) }
    }

    private func phase(at elapsed: Duration) -> Duration {
        let since = elapsed - self.from
        guard let every else { return since }
        return since - every * Int((since / every).rounded(.down))
    }
}
