import Foundation
import Testing

@testable import BelayConfiguration

/// Files that are wrong in ways that are hard to see.
struct SubtleFileTests {
    @Test(arguments: ["\u{FEFF}", ""], ["\n", "\r\n"])
    func aByteOrderMarkAndLineEndsChangeNothing(mark: String, lineEnd: String) throws {
        let text = mark + support.replacing("\n", with: lineEnd)
        #expect(try Configuration.parse(text).agents == Configuration.parse(support).agents)
    }

    @Test(arguments: [
        ("- a", "belay.yaml:1:1: expected a mapping, found a list"),
        ("server:\n\tport: 1", "belay.yaml:2:1: not valid YAML"),
        ("server:\n\tport: 1", "indent with spaces, not with tabs"),
        ("server: {<<: {port: 1}}", "belay.yaml:1:10: server.<<: merge keys have no meaning here"),
        ("agents:\n  a: {}\n  a: {}", "belay.yaml:3:3: agents.a: the key stands here twice; the first is in line 2"),
        ("server: {port: 017}", "server.port: expected whole number from 0 to 65535, found '017'"),
        ("server: {port: \"80\"}", "found the text '80'"),
        ("server: {port: 0x10}", "found '0x10'"), ("server: {port: 0o17}", "found '0o17'"),
        ("server: {port: _8_0_}", "found '_8_0_'"), ("server: {port: 1e400}", "found '1e400'"),
        ("providers: {p: {kind: openai, retry_budget: {ratio: .inf}}}", "found '.inf'"),
        ("providers: {p: {kind: openai, retry_budget: {ratio: nan}}}", "found 'nan'"),
        ("providers: {p: {kind: openai, retry_budget: {ratio: 1e400}}}", "found '1e400'"),
        ("providers: {p: {kind: openai, retry_budget: {ratio: 0x1p1}}}", "found '0x1p1'"),
    ])
    func eachIsExplained(text: String, message: String) {
        let found = problems(text)
        #expect(found.contains { $0.contains(message) }, "\(found)")
    }

    @Test func groupedDigitsAreANumber() throws {
        #expect(try Configuration.parse("runtime: {concurrency: 1_000}").runtime.concurrency == 1_000)
        #expect(try Configuration.parse("server: {port: 0}").server.port == 0)
    }

    @Test(.timeLimit(.minutes(5)))
    func sixtyThousandAgentsAreTooMany() {
        let text = "agents:\n" + (0..<60_000).map { "  a\($0): {}\n" }.joined()
        #expect(problems(text) == ["belay.yaml:2:3: agents: has 60000 entries; at most 1000 are allowed"])
    }

    /// Opening a pipe for reading would wait for somebody to write to it.
    @Test(.timeLimit(.minutes(5)))
    func whatIsNoFileIsRefusedAtOnce() throws {
        let folder = try TemporaryFolder()
        try #require(mkfifo(folder.path + "/pipe", 0o600) == 0)
        let text = support.replacing("instructions: Help.", with: "instructions_file: pipe")
        #expect(
            problems(text, folder: folder.path).first?.hasSuffix("the file 'pipe' is a pipe or a device; name a file")
                == true)
        for file in ["pipe", "/dev/zero"] {
            let found = problems("store: {path: \"${file:\(file)}\"}", folder: folder.path)
            #expect(found == ["belay.yaml:1:15: store.path: the file '\(file)' is a pipe or a device; name a file"])
        }
        #expect(throws: ConfigurationError.self) { try Configuration.load(folder.path + "/pipe", environment: [:]) }
    }

    @Test func instructionsAreText() throws {
        let folder = try TemporaryFolder()
        try folder.write("latin1.md", bytes: [0x47, 0xFC])
        try folder.write("zero.md", bytes: [0x47, 0x00])
        func found(_ file: String) -> String? {
            problems(support.replacing("instructions: Help.", with: "instructions_file: \(file)"), folder: folder.path)
                .first
        }
        #expect(found("latin1.md")?.hasSuffix("instructions_file: the file 'latin1.md' is not UTF-8 text") == true)
        #expect(found("zero.md")?.hasSuffix("instructions_file: the file 'zero.md' holds a zero byte") == true)
    }

    @Test func aCheckSaysWhatIsMissingToRun() throws {
        let folder = try TemporaryFolder()
        func check(_ text: String) throws -> [String] {
            try folder.write("belay.yaml", text)
            do {
                _ = try Configuration.load(folder.path + "/belay.yaml", environment: ["PATH": "/bin"], verifying: true)
                return []
            } catch {
                return error.problems.map { "\($0.line) \($0.key): \($0.message)" }
            }
        }
        let missing = "nothing can run without one; add an entry, as `belay init` does"
        #expect(try check("") == ["providers", "routes", "agents"].map { "0 \($0): \(missing)" })
        #expect(try check(support) == [])
        let server =
            "  shell: {mcp: {command: [sh]}}\n  gone: {mcp: {command: [no-such-program]}}\n  far: {mcp: {command: [./no]}}\nagents:"
        #expect(
            try check(support.replacing("agents:", with: server)) == [
                "16 tools.gone.mcp.command[0]: 'no-such-program' is not in PATH; install it or mend its name",
                "17 tools.far.mcp.command[0]: './no' can't be run: no such program; install it or mend its name",
            ])
    }
}
