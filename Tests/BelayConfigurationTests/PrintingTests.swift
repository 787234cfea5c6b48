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

    @Test(arguments: [
        "", "a", "true", "no", "1", "-", "a b", "x: y", "# c", "a\nb", "a\nb\n", "a\n\nb\n\n", " a\nb", "\ta\nb",
        "é\n日本\n",
        "*a", "'", "\"q\"", "a\u{7}\nb", "line \n  indented\n", "\u{2028}\nb", "~", "0x10", "2026-11",
    ])
    func everyTextSurvivesAsYAML(text: String) throws {
        var configuration = Configuration()
        configuration.providers = [.init(name: "p", kind: .openai)]
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
