/// Holds the mean cost of a call under a ceiling, and spends what the ceiling allows where it brings most.
///
/// Two parts. The **pressure** is the price of a dollar beyond a dollar: the Lagrange multiplier of "mean cost at most
/// the ceiling", moved after each call against what the call was too dear or too cheap by (dual descent, as in adaptive
/// pacing: Balseiro and Gur, "Learning in repeated auctions with budgets", Management Science 65 (2019)). It makes the
/// mix right in the long run. The **balance** is what was saved less what was spent too much; no path is taken that
/// would push it below its limit, and no more than the same limit is ever saved up. It makes the ceiling hold in every
/// window: its calls cost at most the ceiling each, plus both limits, which are 0.35 % of the window each, plus what the
/// calls under way cost beyond what was expected. The balance is kept on the saved side, as a reserve for that.
package struct CostPacer: Sendable, Hashable, Codable {
    /// Dollars per call.
    package let ceiling: Double
    /// How far the balance may go either way.
    private let leeway: Double
    /// In dollars of value per dollar of cost, for a success that is worth a dollar.
    private var multiplier = 0.0
    /// Dollars.
    package private(set) var balance = 0.0

    /// The part of a ceiling's worth of savings by which the multiplier moves.
    private static let step = 0.01
    /// The part by which the balance, in ceilings, adds to it: damps the swings.
    private static let damping = 0.03
    /// The part of the leeway that is kept saved.
    private static let reserve = 0.5
    /// In units of the value of a success for a ceiling's worth of money: then nothing dearer than half the ceiling is
    /// worth its cost, however right it is.
    private static let most = 2.0

    package init(ceiling: Double, window: Int) {
        self.ceiling = ceiling
        self.leeway = ceiling * Double(window) * 0.0035
    }

    /// What a dollar of cost weighs beyond a dollar.
    ///
    /// - Parameter value: What a success is worth, in dollars.
    package func pressure(value: Double) -> Double {
        let saved = (self.balance - Self.reserve * self.leeway) / self.ceiling
        return max(0, self.multiplier - Self.damping * saved) * value / self.ceiling
    }

    /// Whether a call of this expected cost keeps the ceiling.
    ///
    /// - Parameter deviation: How far a single call is from what was expected: a dear one is admitted only when there is
    ///   room for this, too.
    package func admits(_ cost: Double, deviation: Double = 0) -> Bool {
        cost <= self.ceiling || self.balance + self.ceiling - cost - deviation >= -self.leeway
    }

    /// Takes a call that is about to be sent.
    package mutating func charge(expected cost: Double) {
        self.multiplier += Self.step * (cost / self.ceiling - 1)
        self.multiplier = min(max(0, self.multiplier), Self.most)
        self.balance = min(self.leeway, self.balance + self.ceiling - cost)
    }

    /// Takes what a call cost beyond what was expected, or a call that nobody chose.
    package mutating func settle(difference: Double) {
        guard difference.isFinite else { return }
        self.balance = min(self.leeway, self.balance - difference)
    }
}
