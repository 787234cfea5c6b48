import BelayCore
import Foundation
import Testing

@testable import BelayConfiguration

struct ReferenceTests {
    private func host(_ value: String, environment: [String: String] = [:], folder: String = ".") throws -> String {
        try Configuration.parse("store: {path: '\(value)'}", folder: folder, environment: environment).store.path
    }

    @Test func variablesAndDefaults() throws {
        let environment = ["A": "x", "EMPTY": ""]
        #expect(try self.host("${A}", environment: environment) == "x")
        #expect(try self.host("a-${A}-${A}", environment: environment) == "a-x-x")
        #expect(try self.host("${B:-y}", environment: environment) == "y")
        #expect(try self.host("${EMPTY:-y}", environment: environment) == "y")
        #expect(try self.host("${B:-a:-b}") == "a:-b")
        #expect(try self.host("$${A}-$A-$", environment: environment) == "${A}-$A-$")
    }

    @Test func aMissingVariableIsNamed() {
        #expect(
            problems("server:\n  host: ${NO_SUCH}\n") == [
                "belay.yaml:2:9: server.host: the environment variable NO_SUCH is not set; set it or write "
                    + "${NO_SUCH:-default}"
            ])
    }

    @Test(arguments: ["${}", "${A", "${A-b}", "${1A}", "${a b}", "${file:}", "${A:+b}", "${file:../no/such}"])
    func whatIsNoReferenceIsRefused(text: String) {
        let found = problems("store: {path: \"\(text)\"}", environment: ["A": "x"])
        #expect(found.count == 1 && found[0].hasPrefix("belay.yaml:1:15: store.path: "))
    }

    @Test func aPlainReferenceBecomesWhatItsTextIs() throws {
        #expect(try Configuration.parse("server:\n  port: ${P}\n", environment: ["P": "80"]).server.port == 80)
        #expect(try Configuration.parse("server:\n  port: ${P:-}\n").server.port == 8_711)
        #expect(problems("server: {port: '${P}'}", environment: ["P": "80"]).count == 1)
    }

    @Test func anInsertedValueChangesNoStructure() throws {
        for value in ["a\nserver: {port: 1}", "{port: 1}", "[1]", "x: y", "*a", "&a b", "# c", "${B}", "\"", "!!int 5"]
        {
            let configuration = try Configuration.parse("store:\n  path: ${A}\n", environment: ["A": value, "B": "no"])
            #expect(configuration.store.path == value)
            #expect(configuration.server == .init())
        }
    }

    @Test func keysAndCommentsAreLeftAlone() throws {
        #expect(try Configuration.parse("# ${NO}\nstore: {path: x}").store.path == "x")
        #expect(problems("${A}: 1", environment: ["A": "store"]).first?.contains("unknown key") == true)
    }

    @Test func messagesDontRepeatWhatWasInserted() {
        let found = problems(
            """
            server:
              port: ${SECRET}
            routes: {default: {paths: [{model: "${SECRET}", limit: "${SECRET}"}], cache: "${SECRET}"}}
            providers: {p: {kind: "${SECRET}", base_url: "${SECRET}"}}
            """, environment: ["SECRET": "hunter2hunter2"])
        #expect(found.count == 6)
        #expect(!found.contains { $0.contains("hunter2") })
    }

    @Test func filesAreReadFromTheFolderOfTheConfiguration() throws {
        let folder = try TemporaryFolder()
        try folder.write("secrets/key", "s3cret\n")
        try folder.write("crlf", "a\r\nb\r\n")
        try folder.write("belay.yaml", "store: {path: \"${file:secrets/key}.db\"}\n")
        #expect(try Configuration.load(folder.path + "/belay.yaml", environment: [:]).store.path == "s3cret.db")
        #expect(try self.host("${file:crlf}", folder: folder.path) == "a\r\nb")
        #expect(try self.host("${file:\(folder.path)/secrets/key}") == "s3cret")
    }

    @Test func filesAreBounded() throws {
        let folder = try TemporaryFolder()
        try folder.write("large", String(repeating: "x", count: (64 << 10) + 1))
        try folder.write("most", String(repeating: "x", count: 64 << 10))
        try folder.write("binary", bytes: [0xFF, 0xFE])
        func message(_ text: String) -> String { problems(text, folder: folder.path).first ?? "none" }
        #expect(
            message("store: {path: \"${file:large}\"}").hasSuffix("store.path: the file 'large' is larger than 64 KiB"))
        #expect(message("store: {path: \"${file:none}\"}").hasSuffix("the file 'none' does not exist"))
        #expect(message("store: {path: \"${file:.}\"}").hasSuffix("the file '.' is a folder"))
        #expect(message("store: {path: \"${file:binary}\"}").hasSuffix("the file 'binary' is not UTF-8 text"))
        let many = String(repeating: "${file:most}", count: 65)
        #expect(message("store: {path: \"\(many)\"}").hasSuffix("references insert more than 4 MiB into this file"))
    }
}
