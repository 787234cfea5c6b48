import BelayCore
import BelayYAML

/// Finds what a valid file may say and probably doesn't mean.
struct WarningCheck {
    let configuration: Configuration
    let root: Located

    func run(into reader: inout Reader) {
        for route in self.configuration.routes { self.checkPrices(of: route, into: &reader) }
        self.checkSecrets(in: self.root, into: &reader)
    }

    /// A limit in dollars on a model without a price holds, but not as its writer thinks.
    private func checkPrices(of route: Configuration.Route, into reader: inout Reader) {
        let agents = self.configuration.agents.filter { $0.route == route.name || $0.compaction.route == route.name }
        guard !agents.isEmpty else { return }
        let limits = agents.map { "\($0.limits.maxCost) of agent '\($0.name)'" }.joined(separator: ", ")
        for (index, path) in route.paths.enumerated() where self.configuration.price(of: path.model) == nil {
            let node = self.root["routes"]?[route.name]?["paths"]?[index]
            let (provider, model) = (path.model.provider, path.model.model)
            reader.report(
                "'\(path.model)' has no known price, so its costs are unknown, and the cost limit (\(limits)) counts "
                    + "\(Self.ceiling); set a price for '\(model)' in 'providers.\(provider).prices'",
                at: node?["model"] ?? node ?? self.root)
        }
    }

    private static var ceiling: String {
        func dollars(_ price: Int64) -> String { "\(Money(nanoDollars: price * 1_000_000))" }
        return "\(dollars(Price.ceiling.freshInput)) and \(dollars(Price.ceiling.output)) for a million tokens of its "
            + "input and output"
    }

    private func checkSecrets(in node: Located, into reader: inout Reader) {
        switch node.value {
        case .mapping(let entries): for entry in entries { self.checkSecrets(in: entry.value, into: &reader) }
        case .list(let elements): for element in elements { self.checkSecrets(in: element, into: &reader) }
        case .scalar(let scalar) where scalar.text == "***":
            reader.report(
                "'***' is what 'belay config print' shows in place of a secret; put the secret here, best as a reference",
                at: node)
        case .scalar, .null, .unreadable: break
        }
    }
}
