/// What a call was worth, in dollars: the value of its success less its cost and its time.
package struct Utility: Sendable, Hashable {
    let value: Double
    let penaltyPerSecond: Double

    package init(_ options: LearnedRoutingOptions) {
        self.value = options.valueOfSuccess.dollars
        self.penaltyPerSecond = options.penaltyPerSecond.dollars
    }

    func of(success: Double, cost: Double, latency: Double) -> Double {
        self.value * success - cost - self.penaltyPerSecond * latency
    }

    /// Nil when the outcome wasn't judged. An unknown cost counts as zero here: what is compared is logs, not choices.
    func of(_ outcome: CallOutcome) -> Double? {
        let evidence = outcome.evidence
        return evidence.success.map { self.of(success: $0, cost: evidence.cost ?? 0, latency: evidence.latency) }
    }
}
