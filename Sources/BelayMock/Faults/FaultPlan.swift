import BelayResilience

/// Decides which request meets which fault.
struct FaultPlan: Sendable {
    let faults: [Fault]
    /// Share of requests, 0 to 1, that meet a fault of `FaultMix`.
    let mixRate: Double
    private var struck: [Int]

    init(faults: [Fault], percent: Double) {
        self.faults = faults
        self.mixRate = percent / 100
        self.struck = Array(repeating: 0, count: faults.count)
    }

    /// Draws the fault for a request: listed faults first, then the mix.
    ///
    /// Two numbers are drawn whatever happens, so that a change of one rate moves no other decision. The rates of listed faults
    /// that can strike at the same time add up, to at most 1.
    ///
    /// - Parameters:
    ///   - count: How many requests of the same key and model came before.
    ///   - elapsed: Since the plan was installed.
    mutating func draw(
        for situation: FaultSituation, count: Int, elapsed: Duration, using random: inout SeededGenerator
    ) -> Fault? {
        var point = random.unit()
        let mixPoint = random.unit()
        for (index, fault) in self.faults.enumerated() {
            guard fault.applies(to: situation), count >= fault.after, self.struck[index] < fault.times ?? .max,
                fault.schedule?.isOn(at: elapsed) ?? true
            else { continue }
            if point < fault.rate {
                self.struck[index] += 1
                return fault.effective
            }
            point -= fault.rate
        }
        guard mixPoint < self.mixRate else { return nil }
        return FaultMix.pick(at: mixPoint / self.mixRate, for: situation)
    }

    /// Whether the listener is to be closed, and when that changes next.
    func listener(at elapsed: Duration) -> (closed: Bool, until: Duration?) {
        let schedules = self.faults.compactMap(\.closesListener)
        let changes = schedules.compactMap { $0.nextChange(after: elapsed) }
        return (schedules.contains { $0.isOn(at: elapsed) }, changes.min())
    }
}
