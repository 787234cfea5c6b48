/// A figure and how far it may be off.
package struct Estimated: Sendable, Hashable {
    package let value: Double
    /// The standard error: about two of three estimates are no further off than this. It takes outcomes as independent.
    package let error: Double

    init(value: Double, error: Double) {
        self.value = value
        self.error = error
    }

    /// The mean of independent figures; nil for fewer than two.
    init?(meanOf figures: [Double]) {
        guard figures.count >= 2 else { return nil }
        var mean = DiscountedMean()
        for figure in figures { mean.add(figure, weight: 1) }
        self.init(value: mean.mean, error: (mean.variance / Double(figures.count - 1)).squareRoot())
    }
}

/// What a log says about a policy that it wasn't written by.
package struct ReplayEstimate: Sendable, Hashable {
    package enum Method: String, Sendable, Hashable {
        /// What happened.
        case logged
        /// A model of each path's reward, corrected by what happened where the policy would have chosen the same
        /// (Dudík, Langford and Li, "Doubly robust policy evaluation and learning", ICML 2011).
        case doublyRobust = "doubly robust"
        /// The same with frequencies in place of propensities.
        case matching
        /// The calls in which the policy chose what the log did, thinned out until each choice is as probable (Li, Chu,
        /// Langford and Wang, "Unbiased offline evaluation of contextual-bandit-based news article recommendation
        /// algorithms", WSDM 2011). For policies that learn: they see nothing else.
        case rejection
    }

    package struct Figures: Sendable, Hashable {
        /// Dollars per call.
        package let reward: Estimated
        /// Dollars per call.
        package let cost: Estimated
        package let success: Estimated
        /// Dollars per call less than the best fixed path; below zero for more.
        package internal(set) var regret: Estimated?
    }

    package enum Answer: Sendable, Hashable {
        case figures(Figures)
        /// The log can't tell; says why.
        case unknown(String)
    }

    package let policy: String
    package let method: Method
    /// Outcomes that it rests on.
    package let used: Int
    package internal(set) var answer: Answer

    package var figures: Figures? {
        if case .figures(let figures) = self.answer { figures } else { nil }
    }
}
