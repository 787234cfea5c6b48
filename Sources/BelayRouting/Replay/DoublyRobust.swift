import BelayCore

/// Evaluates policies that don't learn, by a model of each path and by what happened.
struct DoublyRobust {
    private struct Arm: Hashable {
        let task: String
        let path: ModelPath
    }

    /// Sums over the outcomes of a path: reward, cost, success.
    private struct Sums {
        var count = 0.0
        var figures = SIMD4<Double>.zero

        /// The mean, without one of the outcomes: what happened must not vouch for itself.
        func mean(without figures: SIMD4<Double>? = nil) -> SIMD4<Double>? {
            let count = figures == nil ? self.count : self.count - 1
            return count > 0 ? (self.figures - (figures ?? .zero)) / count : nil
        }
    }

    private let choices: [LoggedChoice]
    private let method: ReplayEstimate.Method
    private var arms: [Arm: Sums] = [:]
    private var all = Sums()
    /// In the order in which the log has them.
    private(set) var fixedPaths: [ModelPath] = []

    init(_ choices: [LoggedChoice], method: ReplayEstimate.Method) {
        self.choices = choices
        self.method = method
        var seen: Set<ModelPath> = []
        for choice in choices {
            let arm = Arm(task: choice.outcome.task, path: choice.outcome.path)
            self.arms[arm, default: Sums()].count += 1
            self.arms[arm, default: Sums()].figures += Self.figures(choice)
            self.all.count += 1
            self.all.figures += Self.figures(choice)
            for candidate in choice.request.candidates where seen.insert(candidate.path).inserted {
                self.fixedPaths.append(candidate.path)
            }
        }
    }

    /// Always this path; the first candidate in calls that couldn't take it.
    func evaluate(fixed path: ModelPath) -> ReplayEstimate {
        self.evaluate("fixed \(path)") { choice in
            let index = choice.request.candidates.firstIndex { $0.path == path } ?? 0
            return choice.request.candidates.indices.map { $0 == index ? 1 : 0 }
        }
    }

    func evaluateUniform() -> ReplayEstimate {
        self.evaluate("uniform") { choice in
            let count = choice.request.candidates.count
            return [Double](repeating: 1 / Double(count), count: count)
        }
    }

    private func evaluate(
        _ name: String, shares: (LoggedChoice) -> [Double]
    ) -> ReplayEstimate {
        var values: [SIMD4<Double>] = []
        var weights: [Double] = []
        for choice in self.choices {
            let shares = shares(choice)
            let weight = shares[choice.taken] / choice.propensity
            values.append(self.value(of: choice, shares: shares, weight: weight))
            weights.append(weight)
        }
        let used = weights.count { $0 > 0 }
        let answer = self.doubt(used: used, weights: weights).map(ReplayEstimate.Answer.unknown) ?? Self.answer(values)
        return ReplayEstimate(policy: name, method: self.method, used: used, answer: answer)
    }

    /// What the model expects of the policy, and by how much what happened was different, as far as it chose the same.
    private func value(of choice: LoggedChoice, shares: [Double], weight: Double) -> SIMD4<Double> {
        let fallback = self.all.mean() ?? .zero
        var value = SIMD4<Double>.zero
        for (index, share) in shares.enumerated() where share > 0 {
            let arm = Arm(task: choice.outcome.task, path: choice.request.candidates[index].path)
            value +=
                share * (self.arms[arm]?.mean(without: index == choice.taken ? Self.figures(choice) : nil) ?? fallback)
        }
        guard weight > 0 else { return value }
        let arm = Arm(task: choice.outcome.task, path: choice.outcome.path)
        let expected = self.arms[arm]?.mean(without: Self.figures(choice)) ?? fallback
        return value + weight * (Self.figures(choice) - expected)
    }

    /// Why the log can't answer; nil when it can.
    private func doubt(used: Int, weights: [Double]) -> String? {
        guard used >= OutcomeReplay.leastMatches else {
            return "\(used) outcomes of the log took what it takes; \(OutcomeReplay.leastMatches) are needed"
        }
        // With every choice possible, these weights are 1 on average.
        let support = weights.reduce(0, +) / Double(weights.count)
        guard support >= OutcomeReplay.leastSupport else {
            let percent = Int((support * 100).rounded())
            return "what it takes had a chance in only \(percent) % of the log's calls"
        }
        return nil
    }

    private static func answer(_ values: [SIMD4<Double>]) -> ReplayEstimate.Answer {
        guard let reward = Estimated(meanOf: values.map(\.x)), let cost = Estimated(meanOf: values.map(\.y)),
            let success = Estimated(meanOf: values.map(\.z))
        else { return .unknown("the log is too short") }
        return .figures(ReplayEstimate.Figures(reward: reward, cost: cost, success: success))
    }

    private static func figures(_ choice: LoggedChoice) -> SIMD4<Double> {
        SIMD4(choice.reward, choice.cost, choice.success, 0)
    }
}
