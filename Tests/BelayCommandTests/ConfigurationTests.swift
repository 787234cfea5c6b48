import BelayJSON
import Foundation
import Testing

/// What a person learns about a configuration that is wrong, and that nothing starts with it.
@Suite(.timeLimit(.minutes(5)))
struct ConfigurationTests {
    static let problems: [(change: (old: String, new: String), message: String)] = [
        (
            ("instructions:", "instuctions:"),
            "belay.yaml:15:5: agents.clerk.instuctions: unknown key; did you mean 'instructions'?"
        ),
        (("paths: [{model: main/mock}]", "paths: main/mock"), "belay.yaml:10:12: routes.default.paths: "),
        (("${MODEL_URL:-http://127.0.0.1:9/v1}", "${MODEL_URLL}"), "belay.yaml:4:15: providers.main.base_url: "),
        (("main/mock", "man/mock"), "belay.yaml:10:21: routes.default.paths[0].model: "),
        (("You keep the books.", "[1, 2]"), "belay.yaml:15:19: agents.clerk.instructions: "),
    ]

    @Test(arguments: Self.problems.indices)
    func aProblemIsShownWithItsPlaceAndNothingStarts(index: Int) async throws {
        let (change, message) = Self.problems[index]
        let text = Project.configuration().replacing(change.old, with: change.new)
        try await Project.run(["belay.yaml": text]) { project in
            for command in [["check"], ["run", "Hello"], ["serve"], ["executions", "list"]] {
                let refused = try await project.start(Binary.path, command).ended()
                #expect(refused.status == 78)
                #expect(refused.errors.hasPrefix(message), "\(refused.errors)")
                #expect(refused.output.isEmpty)
            }
            #expect(try project.files == ["belay.yaml"])
        }
    }

    @Test func aMissingFileIsNamed() async throws {
        try await Project.run { project in
            let refused = try await project.belay("run", "Hello")
            #expect(refused.status == 78)
            #expect(refused.errors == "belay.yaml: the file does not exist\n", "\(refused.errors)")
            let other = try await project.belay("check", "-c", "folder/other.yaml")
            #expect(other.status == 78)
            #expect(other.errors.hasPrefix("folder/other.yaml: "))
        }
    }

    @Test func whatIsMissingAltogetherIsSaid() async throws {
        try await Project.run(["belay.yaml": "agents: {}\n"]) { project in
            for command in [["check"], ["run", "Hello"], ["executions", "list"]] {
                let refused = try await project.start(Binary.path, command).ended()
                #expect(refused.status == 78, "\(refused)")
                #expect(!refused.errors.contains("Error("), "\(refused)")
            }
        }
    }

    @Test func aScenarioWithAProblemStartsNoMock() async throws {
        try await Project.run(["bad.yaml": "rules:\n  - when: {last_mesage: x}\n    reply: y\n"]) { project in
            let refused = try await project.belay("mock", "--port", "0", "--scenario", "bad.yaml")
            #expect(refused.status == 78)
            #expect(
                refused.errors.hasPrefix(
                    "bad.yaml:2:12: rules[0].when.last_mesage: unknown key; did you mean 'last_message'?"),
                "\(refused.errors)")
            let missing = try await project.belay("mock", "--port", "0", "--scenario", "none.yaml")
            #expect(missing.status == 69)
            #expect(missing.errors.hasPrefix("can't read none.yaml: "), "\(missing.errors)")
        }
    }

    @Test func printShowsNoSecret() async throws {
        let secrets = "server: {keys: [\"${SERVER_KEY}\"]}\n"
        try await Project.run(["belay.yaml": secrets + Project.configuration()]) { project in
            project.set("SERVER_KEY", to: "a-server-secret")
            let printed = try await project.belay("config", "print")
            #expect(printed.status == 0)
            #expect(printed.output.contains("***"))
            let object = try await project.belay("config", "print", "--json")
            #expect(try object.json["agents"]?["clerk"] != nil)
            for text in [printed.output, object.output] {
                #expect(!text.contains("a-secret-key") && !text.contains("a-server-secret"))
            }
        }
    }

    @Test func theSchemaAcceptsTheExampleAndRefusesItsMistakes() async throws {
        try await Project.run { project in
            let printed = try await project.belay("config", "schema")
            #expect(printed.status == 0)
            let schema = try JSONSchema(try printed.json)
            let example = try await Self.example(in: project)
            #expect(schema.validate(example) == [])
            var wrong = example
            wrong["agents"]?["support"]?["instuctions"] = "x"
            #expect(schema.validate(wrong) != [])
        }
    }

    /// The support example's configuration, its YAML turned into JSON by `belay config print` after its own check.
    private static func example(in project: Project) async throws -> JSON {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(
            path: "../../examples/support/belay.yaml")
        let printed = try await project.belay("config", "print", "--json", "-c", file.standardizedFileURL.path)
        return try printed.json
    }

    @Test func wrongUsageIsToldApart() async throws {
        try await Project.run(["belay.yaml": Project.configuration()]) { project in
            for arguments in [
                ["run"], ["sing"], ["mock", "--port", "99999"], ["waits", "answer", "wait_1"],
                ["serve", "--port", "70000"],
                ["waits", "list", "--kind", "lunch"], ["waits", "list", "--limit", "1001"],
                ["waits", "answer", "wait_1", "--text", "x", "--reason", "y"], ["run", "Hello", "--sing"],
                ["executions", "show"], ["chat", "Hello"], ["chat", "--session", ""], ["check", "--config"],
                ["executions", "list", "--limit", "0"],
                ["executions", "list", "--state", "asleep"], ["mock", "--faults", "101"],
            ] {
                let refused = try await project.start(Binary.path, arguments).ended()
                #expect(refused.status == 64, "\(arguments): \(refused)")
                #expect(refused.errors.contains("Error: "))
            }
            #expect(try await project.belay("--version").output == "0.1.0\n")
        }
    }

    @Test func everyCommandExplainsItself() async throws {
        try await Project.run { project in
            for command in [
                [], ["init"], ["check"], ["config"], ["config", "print"], ["config", "schema"], ["run"], ["chat"],
                ["serve"], ["mock"], ["executions"], ["executions", "list"], ["executions", "show"],
                ["executions", "events"], ["executions", "cancel"], ["executions", "resume"], ["waits"],
                ["waits", "list"], ["waits", "answer"],
            ] {
                let help = try await project.start(Binary.path, command + ["--help"]).ended()
                #expect(help.status == 0 && help.output.contains("USAGE: belay"), "\(command): \(help)")
            }
            #expect(try project.files.isEmpty)
        }
    }

    @Test func serveSaysWhereToProgramsOnStandardOutput() async throws {
        try await Project.run(["belay.yaml": Project.configuration()]) { project in
            let process = try await project.start("serve", "--port", "0", "--json")
            let url = try await process.line(beginning: #"{"url":"http://127.0.0.1:"#)
            process.send(SIGTERM)
            let ended = try await process.ended()
            #expect(ended.status == 0, "\(ended)")
            #expect(ended.output == "{\"url\":\"http://127.0.0.1:\(url)\n")
        }
    }

    @Test func aPortThatIsTakenIsNamed() async throws {
        try await Project.run(["belay.yaml": Project.configuration()]) { project in
            let (_, api) = try await project.serve()
            let port = api.url.split(separator: ":").last.map(String.init) ?? ""
            let refused = try await project.belay("serve", "--port", port)
            #expect(refused.status == 69, "\(refused)")
            #expect(refused.errors.contains("can't listen on 127.0.0.1:\(port): the port is in use"), "\(refused)")
            let mock = try await project.belay("mock", "--port", port)
            #expect(mock.status == 69, "\(mock)")
            #expect(mock.errors.contains("can't listen on 127.0.0.1:\(port): the port is in use"), "\(mock)")
        }
    }
}
