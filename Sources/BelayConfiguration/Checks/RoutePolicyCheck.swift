import BelayYAML

/// Checks that what is said of a route's choices belongs to its policy, and that a hedge is of one kind.
struct RoutePolicyCheck {
    let route: Configuration.Route
    let node: Located

    func run(into reader: inout Reader) {
        self.checkHedge(into: &reader)
        let isLearned = self.route.policy == .learned
        if !isLearned, let learning = self.node.given("learning") {
            reader.report("has no meaning without 'policy: learned'", at: learning)
        }
        guard case .list(let paths) = self.node["paths"]?.value else { return }
        for path in paths {
            if self.route.policy != .weighted, let weight = path.given("weight") {
                reader.report("has no meaning without 'policy: weighted'", at: weight)
            }
            if !isLearned, let prior = path.given("prior") {
                reader.report("has no meaning without 'policy: learned'", at: prior)
            }
        }
        if self.route.policy == .weighted, !self.route.paths.isEmpty,
            self.route.paths.allSatisfy({ $0.weight == 0 })
        {
            reader.report(
                "every path has the weight 0; give one of them a larger one", at: self.node["paths"] ?? self.node)
        }
    }

    private func checkHedge(into reader: inout Reader) {
        guard let hedge = self.node.given("hedge"), case .mapping = hedge.value else { return }
        switch (hedge.given("after"), hedge.given("percentile")) {
        case (.some, .some(let percentile)):
            reader.report("both 'after' and 'percentile' are given; keep one", at: percentile)
        case (nil, nil): reader.report("missing key 'after' or 'percentile'", at: hedge)
        case (.some, nil), (nil, .some): break
        }
    }
}

extension Located {
    /// The value of a key that isn't empty.
    func given(_ key: String) -> Located? { self[key].flatMap { $0.isNull ? nil : $0 } }
}
