import Belay
import BelayConfiguration
import BelayCore
import BelayJSON

/// One line of `belay models list`: a name, one of the paths behind it, and what that costs.
struct ModelRow {
    var name: String
    var path: String
    var wire: String
    var origin: PriceTable.Origin?

    init(name: String, path: String, wire: String, origin: PriceTable.Origin?) {
        self.name = name
        self.path = path
        self.wire = wire
        self.origin = origin
    }

    init(_ entry: PriceList.Entry) {
        self.init(name: entry.model, path: entry.vendor.rawValue, wire: "", origin: .listed(entry))
    }

    /// A line for each path that a name may lead to.
    static func rows(of name: String, in configuration: Configuration) -> [ModelRow] {
        let target = configuration.modelNames.target(of: name)
        let paths: [ModelPath] =
            switch target {
            case .path(let path)?: [path]
            case .route(let route)?:
                configuration.routes.first { $0.name == route }.map { $0.paths.map(\.model) } ?? []
            case .agent?, nil: []
            }
        let rows = paths.map { path in
            let settings = configuration.settings(of: path.provider)
            return ModelRow(
                name: name, path: path.description, wire: settings?.kind.rawValue ?? "",
                origin: configuration.prices.origin(of: path, vendor: settings?.vendor))
        }
        return rows.isEmpty
            ? [ModelRow(name: name, path: target?.description ?? "", wire: "", origin: nil)] : rows
    }

    var cells: [String] {
        let price = self.origin?.price
        func dollars(_ nano: Int64?) -> String { nano.map(Price.dollars) ?? "unknown" }
        return [
            self.name, self.path, self.wire, dollars(price?.freshInput), dollars(price?.cacheRead),
            dollars(price?.output), self.origin?.source ?? "",
        ]
    }

    var json: JSON {
        [
            "name": .string(self.name), "path": .string(self.path),
            "protocol": self.wire.isEmpty ? .null : .string(self.wire),
            "price": self.origin.map { $0.json(model: nil, cost: nil) } ?? .null,
        ]
    }
}

extension Price {
    /// Dollars for a million tokens.
    static func dollars(_ nanoDollars: Int64) -> String { "\(Money(nanoDollars: nanoDollars * 1_000_000))" }
}

extension PriceTable.Origin {
    /// Where the price is from, in few words.
    var source: String {
        switch self {
        case .own: "configuration"
        case .listed(let entry): "\(entry.page) (\(entry.checked))"
        }
    }

    func json(model: String?, cost: Money?) -> JSON {
        var json: JSON = ["per_million_usd": self.price.json]
        if let model { json["model"] = .string(model) }
        switch self {
        case .own: json["source"] = "configuration"
        case .listed(let entry):
            json["vendor"] = .string(entry.vendor.rawValue)
            json["source"] = .string(entry.page)
            json["checked"] = .string(entry.checked)
            json["evidence"] = .string(entry.evidence)
            if let note = entry.note { json["note"] = .string(note) }
        }
        json["is_estimate"] = .bool(self.price.isEstimate)
        if let cost { json["cost_usd"] = .string("\(cost.description.dropFirst())") }
        return json
    }

    func text(model: String, cost: Money?) -> String {
        let price = self.price
        var lines = [
            "\(model): dollars for a million tokens", "  input           \(Price.dollars(price.freshInput))",
            "  cached input    \(Price.dollars(price.cacheRead))",
            "  cache write     \(Price.dollars(price.cacheWrite))",
            "  cache write 1h  \(Price.dollars(price.longCacheWrite))",
            "  output          \(Price.dollars(price.output))",
            "  reasoning       \(Price.dollars(price.reasoning))",
        ]
        if let long = price.long {
            lines.append(
                "  above \(long.above) tokens of input: input \(Price.dollars(long.freshInput)), cached input "
                    + "\(Price.dollars(long.cacheRead)), output \(Price.dollars(long.output))")
        }
        if case .listed(let entry) = self {
            if let note = entry.note { lines.append("  \(note)") }
            lines.append("from \(self.source): \(entry.evidence)")
        } else {
            lines.append("from the configuration")
        }
        if let cost { lines.append("this call: \(cost)\(price.isEstimate ? " at most" : "")") }
        return lines.joined(separator: "\n")
    }
}

extension Price {
    /// Dollars for a million tokens, as decimal texts.
    fileprivate var json: JSON {
        var json: JSON = [
            "input": Self.text(self.freshInput), "cached_input": Self.text(self.cacheRead),
            "cache_write": Self.text(self.cacheWrite), "cache_write_1h": Self.text(self.longCacheWrite),
            "output": Self.text(self.output), "reasoning": Self.text(self.reasoning),
        ]
        if let long = self.long {
            json["long"] = [
                "above": JSON(long.above), "input": Self.text(long.freshInput),
                "cached_input": Self.text(long.cacheRead), "cache_write": Self.text(long.cacheWrite),
                "cache_write_1h": Self.text(long.longCacheWrite), "output": Self.text(long.output),
                "reasoning": Self.text(long.reasoning),
            ]
        }
        return json
    }

    private static func text(_ nanoDollars: Int64) -> JSON { .string(String(Self.dollars(nanoDollars).dropFirst())) }
}
