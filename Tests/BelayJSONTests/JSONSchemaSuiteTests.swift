import BelayJSON
import Foundation
import Testing

/// Where the public JSON Schema test suite is, if at all.
private let suiteFolder = ProcessInfo.processInfo.environment["JSON_SCHEMA_TEST_SUITE"].map { URL(filePath: $0) }

/// Runs the public test suite that the environment variable JSON_SCHEMA_TEST_SUITE points at.
@Suite(.enabled(if: suiteFolder != nil))
struct JSONSchemaSuiteTests {

    struct Score {
        var agreed = 0
        var total = 0
        var invalidAccepted = 0
        var disagreements: [String] = []
    }

    @Test(arguments: [("draft2020-12", JSONSchema.Draft.draft2020), ("draft7", .draft7)])
    func agreesWithEveryRequiredTest(folder: String, draft: JSONSchema.Draft) throws {
        let score = try Self.score(in: "tests/\(folder)", draft: draft, assertsFormats: false)
        Self.report("\(folder) required", score)
        #expect(score.total > 500)
        #expect(score.agreed == score.total)
        #expect(score.invalidAccepted == 0)
    }

    @Test(arguments: [("draft2020-12", JSONSchema.Draft.draft2020), ("draft7", .draft7)])
    func reportsTheOptionalTests(folder: String, draft: JSONSchema.Draft) throws {
        let optional = try Self.score(in: "tests/\(folder)/optional", draft: draft, assertsFormats: false)
        Self.report("\(folder) optional", optional)
        let formats = try Self.score(in: "tests/\(folder)/optional/format", draft: draft, assertsFormats: true) {
            !Self.formatsNotChecked.contains($0)
        }
        Self.report("\(folder) formats asserted", formats)
        #expect(optional.agreed > 0 && formats.agreed > 0)
    }

    /// Formats that are annotations here; the other formats' tests count.
    private static let formatsNotChecked: Set<String> = [
        "idn-email.json", "idn-hostname.json", "iri.json", "iri-reference.json", "uri-template.json",
    ]

    private static func report(_ name: String, _ score: Score) {
        print("\(name): \(score.agreed)/\(score.total) agreed, invalid documents accepted: \(score.invalidAccepted)")
        for disagreement in score.disagreements { print("  \(disagreement)") }
    }

    private static func score(
        in folder: String, draft: JSONSchema.Draft, assertsFormats: Bool,
        where isIncluded: (String) -> Bool = { _ in true }
    ) throws -> Score {
        guard let root = suiteFolder else { return Score() }
        let registry = try Self.remotes(in: root.appending(path: "remotes"))
        var options = JSONSchema.Options()
        options.defaultDraft = draft
        options.assertsFormats = assertsFormats
        var score = Score()
        for file in try Self.documents(in: root.appending(path: folder), recursive: false)
        where isIncluded(file.lastPathComponent) {
            for group in try JSON.parse(Array(Data(contentsOf: file))).arrayValue ?? [] {
                try Self.run(group, file.lastPathComponent, options, registry, into: &score)
            }
        }
        return score
    }

    private static func run(
        _ group: JSON, _ file: String, _ options: JSONSchema.Options, _ registry: JSONSchema.Registry,
        into score: inout Score
    ) throws {
        let schema = Result { try JSONSchema(#require(group["schema"]), options: options, registry: registry) }
        for test in try #require(group["tests"]?.arrayValue) {
            let expected = try #require(test["valid"]?.boolValue as Bool?)
            let instance = try #require(test["data"])
            let name = "\(file): \(group["description"] ?? ""): \(test["description"] ?? "")"
            score.total += 1
            switch schema {
            case .failure(let error): score.disagreements.append("\(name): \(error)")
            case .success(let schema):
                let isValid = schema.validate(instance).isEmpty
                #expect(schema.accepts(instance) == isValid)
                if isValid == expected {
                    score.agreed += 1
                } else {
                    score.disagreements.append("\(name): found \(isValid ? "valid" : "invalid")")
                    if isValid { score.invalidAccepted += 1 }
                }
            }
        }
    }

    private static func remotes(in folder: URL) throws -> JSONSchema.Registry {
        var registry = JSONSchema.Registry()
        for file in try Self.documents(in: folder, recursive: true) {
            let path = file.path.dropFirst(folder.path.count)
            registry.add(try JSON.parse(Array(Data(contentsOf: file))), at: "http://localhost:1234\(path)")
        }
        return registry
    }

    private static func documents(in folder: URL, recursive: Bool) throws -> [URL] {
        let paths =
            recursive
            ? try FileManager.default.subpathsOfDirectory(atPath: folder.path)
            : try FileManager.default.contentsOfDirectory(atPath: folder.path)
        return paths.filter { $0.hasSuffix(".json") }.sorted().map { folder.appending(path: $0) }
    }
}
