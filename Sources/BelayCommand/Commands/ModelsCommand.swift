import ArgumentParser
import Belay
import BelayConfiguration
import BelayCore
import BelayJSON

struct ModelsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "models", abstract: "Shows the models that can be asked for, and what they cost.",
        subcommands: [List.self, Cost.self])

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lists the names that clients of the gateway may ask for, with their routes and prices.",
            discussion: "With --built-in it lists the price lists that this version has, and needs no configuration.")

        @OptionGroup var project: ProjectOptions
        @Flag(help: "List the built-in prices of the vendors' models.")
        var builtIn = false

        func run() throws {
            let rows = self.builtIn ? PriceList.all.flatMap(\.entries).map(ModelRow.init) : try self.configured()
            if self.project.json {
                var result: JSON = ["models": .array(rows.map(\.json))]
                result["prices_version"] = .string(PriceList.version)
                return Console.result(result)
            }
            var table = Table(["NAME", "STANDS FOR", "PROTOCOL", "INPUT", "CACHED", "OUTPUT", "PRICE FROM"])
            for row in rows { table.add(row.cells) }
            Console.result(table.text(width: Console.width))
            Console.note("Prices are dollars for a million tokens; the built-in lists are of \(PriceList.version).")
        }

        private func configured() throws -> [ModelRow] {
            let configuration = try self.project.load()
            return configuration.modelNames.listed.flatMap { ModelRow.rows(of: $0, in: configuration) }
        }
    }

    struct Cost: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "price", abstract: "Says what a model costs, and where that is known from.",
            discussion: """
                MODEL is a name that clients of the gateway may ask for, of which a route's has a price for each of its \
                paths, PROVIDER/MODEL, or the name of a model in the built-in lists, which needs no configuration. With \
                numbers of tokens it says what a call costs.
                """)

        @OptionGroup var project: ProjectOptions
        @Argument(help: "PROVIDER/MODEL, or the name of a model.")
        var model: String
        @Option(help: ArgumentHelp("Tokens of the input, without those of the cache.", valueName: "tokens"))
        var input = 0
        @Option(help: ArgumentHelp("Tokens of the output.", valueName: "tokens"))
        var output = 0
        @Option(help: ArgumentHelp("Tokens that the provider had in its cache.", valueName: "tokens"))
        var cached = 0

        func run() throws {
            guard min(self.input, self.output, self.cached) >= 0 else {
                throw Failure.wrongUsage("Numbers of tokens can't be negative.")
            }
            let rows = try self.rows()
            let priced = rows.compactMap { row in row.origin.map { (row.path, $0) } }
            guard !priced.isEmpty else {
                throw Failure.wrongData(
                    "The price of \(self.model) is not known. 'belay models list --built-in' lists what is; prices of your "
                        + "own go into 'providers.NAME.prices' or 'prices_file' of belay.yaml.")
            }
            for row in rows where row.origin == nil { Console.note("The price of \(row.path) is not known.") }
            let usage = Usage(freshInput: self.input, cacheRead: self.cached, output: self.output)
            let prices = priced.map { path, origin in
                let cost = usage == .zero ? nil : origin.price.cost(of: usage)
                let name = rows.count == 1 ? self.model : path
                return (json: origin.json(model: name, cost: cost), text: origin.text(model: name, cost: cost))
            }
            guard self.project.json else { return Console.result(prices.map { $0.text }.joined(separator: "\n")) }
            Console.result(rows.count == 1 ? prices[0].json : ["paths": .array(prices.map { $0.json })])
        }

        /// What the model's name stands for, with prices as far as they are known.
        private func rows() throws -> [ModelRow] {
            let listed = PriceList.all.lazy.compactMap { $0.entry(for: self.model) }.first
            let path = ModelPath(self.model)
            if path == nil, let listed { return [ModelRow(listed)] }
            let configuration = try self.project.load()
            if configuration.modelNames.target(of: self.model) != nil {
                return ModelRow.rows(of: self.model, in: configuration)
            }
            // Names of models may hold slashes of their own.
            if let listed { return [ModelRow(listed)] }
            guard let path else { return [] }
            let vendors = PriceList.all.lazy.filter { $0.vendor.rawValue == path.provider }
            if let entry = vendors.compactMap({ $0.entry(for: path.model) }).first { return [ModelRow(entry)] }
            throw Failure.wrongData("\(self.project.config) has no provider named '\(path.provider)'.")
        }
    }
}
