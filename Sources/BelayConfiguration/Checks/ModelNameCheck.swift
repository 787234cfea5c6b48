import BelayJSON
import BelayModels
import BelayYAML

/// Checks the names of `models`: each stands for something that the file has.
struct ModelNameCheck {
    let configuration: Configuration
    let root: Located

    func run(into reader: inout Reader) {
        guard case .mapping(let entries)? = self.root["models"]?.value else { return }
        for entry in entries {
            if entry.key.isEmpty || entry.key.utf8.count > 256 || entry.key.count(where: { $0 == "*" }) > 1 {
                reader.report(
                    "a name has 1 to 256 characters, and at most one `*`", at: entry.position, key: entry.value.trail)
            }
            if let shadowed = self.shadowed(by: entry.key), entry.value.plainText != shadowed {
                reader.report(
                    "hides '\(shadowed)', which has this name already; choose another one", at: entry.position,
                    key: entry.value.trail)
            }
            guard case .scalar(let scalar) = entry.value.value, let target = ModelTarget(scalar.text) else { continue }
            if scalar.text.contains("*"), !entry.key.contains("*") {
                reader.report("has a `*`, and the name has none that could take its place", at: entry.value)
            }
            self.check(target, at: entry.value, into: &reader)
        }
    }

    /// What a client would get by this name if it weren't an alias: the route or the agent.
    private func shadowed(by name: String) -> String? {
        let routes = self.configuration.routes.map(\.name)
        if routes.contains(name) { return "route/\(name)" }
        switch ModelTarget(name) {
        case .route(let route) where routes.contains(route): return name
        case .agent(let agent) where self.configuration.agents.contains(where: { $0.name == agent }): return name
        case .route, .agent, .path, nil: return nil
        }
    }

    private func check(_ target: ModelTarget, at node: Located, into reader: inout Reader) {
        switch target {
        case .route(let name):
            self.require(name, among: self.configuration.routes.map(\.name), "route", at: node, into: &reader)
        case .path(let path):
            self.require(
                path.provider, among: self.configuration.providers.map(\.name), "provider", at: node, into: &reader)
        case .agent(let name):
            // The text that takes the place of a `*` is known with the request only.
            guard !name.contains("*") else { return }
            self.require(name, among: self.configuration.agents.map(\.name), "agent", at: node, into: &reader)
        }
    }

    private func require(
        _ name: String, among known: [String], _ kind: String, at node: Located, into reader: inout Reader
    ) {
        guard !known.contains(name) else { return }
        let nearest = reader.isFull ? nil : Suggestion.nearest(to: name, among: known)
        reader.report(
            "no \(kind) is named \(node.quoting(name))", at: node, suggestion: nearest, allowed: known.sorted())
    }
}

extension Located {
    fileprivate var plainText: String? { if case .scalar(let scalar) = self.value { scalar.text } else { nil } }
}
