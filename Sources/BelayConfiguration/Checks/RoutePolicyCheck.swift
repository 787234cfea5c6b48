import BelayYAML

/// Checks that what is said of a route's choices belongs to its policy.
struct RoutePolicyCheck {
    let route: Configuration.Route
    let node: Located

    func run(into reader: inout Reader) {
        let isLearned = self.route.policy == .learned
        if !isLearned, let learning = Self.given("learning", in: self.node) {
            reader.report("has no meaning without 'policy: learned'", at: learning)
        }
        guard case .list(let paths) = self.node["paths"]?.value else { return }
        for path in paths {
            if self.route.policy != .weighted, let weight = Self.given("weight", in: path) {
                reader.report("has no meaning without 'policy: weighted'", at: weight)
            }
            if !isLearned, let prior = Self.given("prior", in: path) {
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

    private static func given(_ key: String, in node: Located) -> Located? {
        node[key].flatMap { $0.isNull ? nil : $0 }
    }
}
