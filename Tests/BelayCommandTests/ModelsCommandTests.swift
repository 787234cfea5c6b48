import BelayJSON
import Testing

/// `belay models`.
@Suite(.timeLimit(.minutes(5)))
struct ModelsCommandTests {
    private static let file = """
        providers:
          openai: {kind: openai, api_key: k}
          local: {kind: openai, base_url: "http://127.0.0.1:1/v1"}
        routes: {cheap: {paths: [{model: openai/gpt-5-mini}, {model: local/tiny}]}}
        models: {fast: route/cheap}
        """

    @Test func listsNamesWithTheirPathsAndPrices() async throws {
        try await Project.run(["belay.yaml": Self.file]) { project in
            let json = try await project.belay("models", "list", "--json").json
            let rows = try #require(json["models"]?.arrayValue)
            let fast = rows.filter { $0["name"]?.stringValue == "fast" }
            #expect(fast.map { $0["path"]?.stringValue } == ["openai/gpt-5-mini", "local/tiny"], "\(json)")
            #expect(fast.first?["price"]?["per_million_usd"]?["output"]?.stringValue == "2.00")
            #expect(fast.first?["price"]?["checked"]?.stringValue?.isEmpty == false)
            #expect(fast.last?["price"]?.isNull == true)
            let table = try await project.belay("models", "list")
            #expect(table.status == 0 && table.output.contains("unknown"), "\(table)")
            let listed = try await project.belay("models", "list", "--built-in", "--json").json
            #expect((listed["models"]?.arrayValue?.count ?? 0) > 50)
        }
    }

    @Test func saysWhatACallCosts() async throws {
        try await Project.run(["belay.yaml": Self.file]) { project in
            let arguments = ["--input", "1000", "--output", "500", "--cached", "2000", "--json"]
            let json = try await project.start(Binary.path, ["models", "price", "openai/gpt-5-mini"] + arguments)
                .ended().json
            #expect(json["cost_usd"]?.stringValue == "0.0013", "\(json)")
            let text = try await project.belay("models", "price", "gpt-5-mini", "--output", "500")
            #expect(text.status == 0 && text.output.contains("this call: $0.001\n"), "\(text)")
            let unknown = try await project.belay("models", "price", "local/tiny")
            #expect(unknown.status == 65 && unknown.errors.contains("not known"), "\(unknown)")
            let negative = try await project.belay("models", "price", "gpt-5", "--input=-1")
            #expect(negative.status == 64, "\(negative)")
        }
    }

    @Test func everyListedNameHasAPrice() async throws {
        try await Project.run([
            "belay.yaml": Self.file.replacing("openai", with: "main").replacing("kind: main", with: "kind: openai")
        ]) { project in
            for name in ["fast", "route/cheap", "cheap"] {
                let price = try await project.belay("models", "price", name, "--output", "500", "--json")
                let paths = try #require(try price.json["paths"]?.arrayValue, "\(price)")
                #expect(paths.map { $0["model"]?.stringValue } == ["main/gpt-5-mini"])
                #expect(paths[0]["cost_usd"]?.stringValue == "0.001")
                #expect(price.errors.contains("The price of local/tiny is not known"), "\(price)")
            }
            // A vendor's name does where no provider has it.
            let vendor = try await project.belay("models", "price", "openai/gpt-5-mini", "--output", "500")
            #expect(vendor.status == 0 && vendor.output.contains("this call: $0.001\n"), "\(vendor)")
            let nobody = try await project.belay("models", "price", "nobody/gpt-5-mini")
            #expect(nobody.status == 65 && nobody.errors.contains("nobody"), "\(nobody)")
        }
    }
}
