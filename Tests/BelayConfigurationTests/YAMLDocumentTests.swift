import BelayYAML
import Testing

@testable import BelayConfiguration

struct YAMLDocumentTests {
    @Test(arguments: [
        ("server: {", 2), ("server:\n  host: a\n port: 1\n", 3), ("a: 'b", 1), ("a: \"\\q\"", 1), ("\tserver: {}", 1),
        ("a: b: c", 1), ("server: *nothing", 1), ("store: {path: a}\n---\nstore: {path: b}", 2), ("a: *", 1),
        ("store: {path: !!binary aGk=}", 1), ("!x {}", 1), ("? [a]\n: b", 1), ("<<: {a: b}", 1),
    ])
    func brokenYAMLIsOneProblemWithItsLine(text: String, line: Int) {
        do {
            _ = try Configuration.parse(text)
            Issue.record("accepted: \(text)")
        } catch {
            #expect(error.problems.map(\.line) == [line], "\(error)")
        }
    }

    @Test func aKeyThatStandsTwiceIsShownWhereItStandsAgain() {
        #expect(
            problems("server:\n  port: 1\n  host: a\n  port: 2\n") == [
                "belay.yaml:4:3: server.port: the key stands here twice; the first is in line 2"
            ])
        #expect(problems("server: {port: 1, port: 2}") == ["belay.yaml:1:10: port: the key stands here twice"])
    }

    @Test func starsInTextAreText() throws {
        let text = """
            providers: {main: {kind: openai}}
            routes: {default: {paths: [{model: main/gpt}]}}
            agents:
              a:
                instructions: |
                  - *bold* and **strong**, 2*3
                  *x
                version: "*quoted*"
              b:
                instructions: 'one *two'
                version: plain *three* ***
            """
        let agents = try Configuration.parse(text).agents
        #expect(agents.map(\.instructions) == ["- *bold* and **strong**, 2*3\n*x\n", "one *two"])
        #expect(agents.map(\.version) == ["*quoted*", "plain *three* ***"])
    }

    @Test func aliasesRepeatWhatTheirAnchorHolds() throws {
        let text = """
            providers:
              a: {kind: openai, timeouts: &slow {total: 5m}, headers: {x-a: &key value}}
              b: {kind: openai, timeouts: *slow, headers: {x-b: *key}}
            """
        let providers = try Configuration.parse(text).providers
        #expect(providers.map(\.timeouts.total) == [.seconds(300), .seconds(300)])
        #expect(providers[1].headers["x-b"]?.reveal() == "value")
    }

    @Test func anAliasWithoutAnchorIsExplained() {
        #expect(
            problems("store:\n  path: *there\n") == [
                "belay.yaml:2:9: store.path: '*there' is an alias, and no anchor before it has that name; put text "
                    + "that begins with * in quotes"
            ])
        // An anchor that holds itself would never end.
        #expect(problems("tools: &a [*a]").count > 0)
    }

    @Test(.timeLimit(.minutes(5)))
    func nestedAliasesAreBounded() {
        var lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
        for level in 1...30 {
            let inner = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
            lines.append("a\(level): &a\(level) [\(inner)]")
        }
        let found = problems(lines.joined(separator: "\n"))
        #expect(
            found.contains { $0.hasSuffix("the file has more than 100000 values once its aliases are written out") })
        // The same as keys, which the YAML library would hash.
        lines.append("? *a30\n: x")
        #expect(problems(lines.joined(separator: "\n")).count > 0)
    }

    @Test(.timeLimit(.minutes(5)), arguments: ["[", "{a: ", "- ", "[{", "? "])
    func deepNestingIsRefused(piece: String) {
        let text = String(repeating: piece, count: YAMLDocument.maximumBytes / piece.utf8.count)
        #expect(problems(text).count == 1)
    }

    @Test func aHundredLevelsAreTheMost() {
        func nested(_ depth: Int) -> String {
            "tools: {t: {description: d, http: {method: POST, url: 'http://x/', body: {a: "
                + String(repeating: "[", count: depth) + String(repeating: "]", count: depth) + "}}}}"
        }
        #expect(problems(nested(90)) == [])
        #expect(problems(nested(100)).first?.contains("nested deeper than 100 levels") == true)
    }

    @Test func sizesAreBounded() {
        #expect(
            problems("# " + String(repeating: "x", count: YAMLDocument.maximumBytes)) == [
                "belay.yaml: the file is larger than 1 MiB"
            ])
        let key = String(repeating: "k", count: 257)
        #expect(problems("\(key): 1") == ["belay.yaml:1:1: a key is longer than 256 characters"])
        #expect(
            problems("store: {path: \u{E000}a}") == [
                "belay.yaml: the file holds the character U+E000, which has no meaning"
            ])
    }

    @Test func aFileThatCannotBeReadIsNamed() throws {
        let folder = try TemporaryFolder()
        try folder.write("binary.yaml", bytes: [0x61, 0xFF])
        func message(_ path: String) -> String {
            do {
                _ = try Configuration.load(path, environment: [:])
                return "accepted"
            } catch {
                return error.description
            }
        }
        #expect(message("\(folder.path)/none.yaml") == "\(folder.path)/none.yaml: the file does not exist")
        #expect(message(folder.path) == "\(folder.path): the file is a folder")
        #expect(message("\(folder.path)/binary.yaml") == "\(folder.path)/binary.yaml: the file is not UTF-8 text")
    }

    @Test func instructionsComeFromTheirFile() throws {
        let folder = try TemporaryFolder()
        try folder.write("prompts/a.md", "You are A. ${NOT_A_REFERENCE}\n")
        let text = support.replacing("instructions: Help.", with: "instructions_file: prompts/a.md")
        #expect(
            try Configuration.parse(text, folder: folder.path).agents[0].instructions
                == "You are A. ${NOT_A_REFERENCE}\n")
        #expect(
            problems(text.replacing("a.md", with: "b.md"), folder: folder.path) == [
                "belay.yaml:17:24: agents.support.instructions_file: the file 'prompts/b.md' does not exist"
            ])
    }
}
