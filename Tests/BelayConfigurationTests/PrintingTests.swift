import BelayCore
import BelayJSON
import Foundation
import Testing

@testable import BelayConfiguration

struct PrintingTests {
    private let secrets = """
        server: {keys: [topsecret-1]}
        providers:
          main:
            kind: openai
            base_url: "http://user:topsecret-2@127.0.0.1/v1?key=topsecret-3"
            api_key: topsecret-4
            headers: {authorization: topsecret-5}
        routes: {default: {paths: [{model: main/gpt}]}}
        tools:
          t: {description: d, http: {url: "http://127.0.0.1/?k=topsecret-7", headers: {a: topsecret-8}, query: {q: topsecret-9}}}
          m: {mcp: {command: [x], env: {TOKEN: topsecret-10}}}
        agents: {a: {instructions: "line one\\nline two"}}
        """

    @Test func noSecretIsPrinted() throws {
        let configuration = try Configuration.parse(self.secrets)
        for text in [configuration.redactedYAML(), configuration.redacted().serialized()] {
            #expect(!text.contains("topsecret"))
            #expect(text.contains("***"))
        }
        var dumped = ""
        dump(configuration.providers.map(\.apiKey), to: &dumped)
        #expect(!dumped.contains("topsecret") && !"\(configuration.server)".contains("topsecret"))
        #expect(configuration.providers[0].apiKey?.reveal() == "topsecret-4")
    }

    @Test func whatIsPrintedReadsAsTheSame() throws {
        let configuration = try Configuration.parse(support + "server: {port: 0}\n")
        var again = try Configuration.parse(configuration.redactedYAML())
        // The only thing that printing hides here.
        again.providers[0].apiKey = configuration.providers[0].apiKey
        #expect(again == configuration)
    }

    private func example() throws -> (folder: String, text: String) {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("examples/support")
        return (folder.path, try String(contentsOf: folder.appendingPathComponent("belay.yaml"), encoding: .utf8))
    }

    private func template() throws -> (folder: TemporaryFolder, text: String) {
        let folder = try TemporaryFolder()
        for file in ProjectTemplate.assistant.files { try folder.write(file.path, file.content) }
        return (folder, try #require(ProjectTemplate.assistant.files.first { $0.path == "belay.yaml" }).content)
    }

    private func expectRoundTrip(
        of text: String, in folder: String, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let configuration = try Configuration.parse(text, folder: folder)
        var again = try Configuration.parse(configuration.redactedYAML(), folder: folder)
        #expect(again.redactedYAML() == configuration.redactedYAML(), sourceLocation: sourceLocation)
        // Their literal defaults are the only thing that printing hides.
        for index in again.providers.indices { again.providers[index].apiKey = configuration.providers[index].apiKey }
        #expect(again == configuration, sourceLocation: sourceLocation)
    }

    @Test func theExampleAndTheTemplateAreReadAgainAsTheyArePrinted() throws {
        let example = try self.example()
        try self.expectRoundTrip(of: example.text, in: example.folder)
        let template = try self.template()
        try self.expectRoundTrip(of: template.text, in: template.folder.path)
    }

    @Test func aSecretIsPrintedAsTheReferenceThatItCameFrom() throws {
        let text = """
            server: {keys: ["${KEY_NONE:-}", "${KEY_ONE}", literal-key, "${file:secrets/key}"]}
            providers:
              a: {kind: openai, api_key: "${KEY_ONE}", headers: {x-a: "Bearer ${KEY_ONE}", x.b: "topsecret${KEY_ONE}$${x}"}}
              b: {kind: openai, api_key: "${KEY_TWO:-topsecret}"}
              c: {kind: openai, api_key: "${KEY_TWO:-}"}
            """
        let folder = try TemporaryFolder()
        try folder.write("secrets/key", "topsecret-file\n")
        let configuration = try Configuration.parse(
            text, folder: folder.path, environment: ["KEY_ONE": "topsecret-one", "KEY_TWO": "topsecret-two"])
        let printed = configuration.redacted()
        #expect(printed["server"]?["keys"] == ["${KEY_ONE}", "***", "${file:secrets/key}"])
        let providers = printed["providers"]
        #expect(providers?["a"]?["api_key"] == "${KEY_ONE}")
        #expect(providers?["a"]?["headers"] == ["x-a": "Bearer ${KEY_ONE}", "x.b": "***${KEY_ONE}***"])
        #expect(providers?["b"]?["api_key"] == "${KEY_TWO:-***}" && providers?["c"]?["api_key"] == "${KEY_TWO:-}")
        #expect(!printed.serialized().contains("topsecret") && !printed.serialized().contains("literal"))
    }

    @Test(arguments: [
        "", "a", "true", "no", "1", "-", "a b", "x: y", "# c", "a\nb", "a\nb\n", "a\n\nb\n\n", " a\nb", "\ta\nb",
        "é\n日本\n",
        "*a", "'", "\"q\"", "a\u{7}\nb", "line \n  indented\n", "\u{2028}\nb", "~", "0x10", "2026-11",
        "a ${", "$${", "$$",
    ])
    func everyTextSurvivesAsYAML(text: String) throws {
        var configuration = Configuration()
        configuration.providers = [.init(name: "p", kind: .openAI)]
        configuration.routes = [.init(name: "default", paths: [.init(model: ModelPath(provider: "p", model: "m"))])]
        configuration.tools = [
            .init(
                name: "t", description: "x" + text,
                http: .init(
                    url: "http://127.0.0.1/", body: .template([text: [.string(text), [["k": .string(text)], []]]])))
        ]
        #expect(
            try Configuration.parse(configuration.redactedYAML()) == configuration, "\(configuration.redactedYAML())")
    }

    @Test func durationsArePrintedAsTheyAreWritten() {
        let texts = ["0s", "1ms", "250ms", "1500ms", "10s", "60s", "300s", "90s", "1h", "24h", "48h", "7d"]
        for text in texts { #expect(DurationText.parse(text).map(DurationText.render) == text) }
        #expect(DurationText.parse("5m").map(DurationText.render) == "300s")
    }

    @Test func theSchemaAcceptsWhatTheReaderAccepts() throws {
        let schema = try JSONSchema(Configuration.jsonSchema)
        #expect(schema.validate(try Configuration.parse(self.secrets).redacted()) == [])
        #expect(schema.validate(try Configuration.parse(support).redacted()) == [])
        #expect(schema.validate(Configuration().redacted()) == [])
        #expect(schema.validate(["server": ["port": "${PORT}"]]) == [])
    }

    @Test(
        arguments: [
            ["server": ["prot": 1]], ["server": ["port": 65_536]], ["runtime": ["lease": 10]], ["x": 1],
            ["providers": ["p": [:]]], ["providers": ["p": ["kind": "other"]]],
            ["routes": ["r": ["paths": [["model": "m"]]]]],
            ["tools": ["t": ["approval": "sometimes"]]], ["agents": ["a": ["limits": ["cost": -1]]]],
        ] as [JSON])
    func theSchemaRefusesWhatTheReaderRefuses(document: JSON) throws {
        #expect(!(try JSONSchema(Configuration.jsonSchema)).validate(document).isEmpty)
        #expect(!problems(document.serialized()).isEmpty)
    }

    /// The page is kept in the repository so that it can be read there. `BELAY_REWRITE_DOCS=1` brings it up to date.
    @Test func thePageOfKeysIsUpToDate() throws {
        let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("docs/configuration.md")
        let page = try String(contentsOf: path, encoding: .utf8)
        let updated = try #require(ConfigurationPage.updated(page))
        if ProcessInfo.processInfo.environment["BELAY_REWRITE_DOCS"] == "1" {
            try updated.write(to: path, atomically: true, encoding: .utf8)
        } else {
            #expect(page == updated, "docs/configuration.md is out of date; run this test with BELAY_REWRITE_DOCS=1")
        }
    }
}
