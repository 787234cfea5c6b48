import BelayJSON
import Foundation
import Testing

/// What a command says when it doesn't do what was meant: in plain words, and with what to do as a command to paste.
@Suite(.timeLimit(.minutes(5)))
struct HintTests {
    private static let question = String(repeating: "Which of the many orders do you mean? ", count: 5) + "The last?"
    private static let scenario = """
        rules:
          - when: {last_role: user, last_message: order}
            reply: {tool_calls: [{name: ask_user, arguments: {question: "\(Self.question)"}}]}
          - when: {last_role: tool, tool: ask_user}
            reply: "It is {{result}}."
        reply: Hello.
        """

    @Test func aWaitIsShownWithTheCommandsThatAnswerIt() async throws {
        try await Project.run(["other.yaml": Project.configuration()]) { project in
            try await project.startMock(Self.scenario)
            let waiting = try await project.belay("run", "--config", "other.yaml", "Where is my order?")
            #expect(waiting.status == 75, "\(waiting)")
            let waits = try await project.belay("waits", "list", "--json", "--config", "other.yaml").json["items"]
            let wait = try #require(waits?[0]?["id"]?.stringValue)
            let command = "belay waits answer \(wait) --text 'your answer' --config other.yaml"
            #expect(waiting.errors.contains(command) && !waiting.errors.contains("..."), "\(waiting)")
            #expect(waiting.errors.contains("belay executions resume exe_"), "\(waiting)")
            let shown = try await project.belay("waits", "show", wait, "--config", "other.yaml")
            #expect(shown.output.contains(Self.question) && shown.output.contains(command), "\(shown)")
            let listed = try await project.belay("waits", "list", "--config", "other.yaml")
            #expect(listed.output.contains(Self.question), "\(listed)")
            let wrong = try await project.belay("waits", "answer", wait, "--approve", "--config", "other.yaml")
            #expect(wrong.status == 65 && wrong.errors.contains(command), "\(wrong)")
            let none = try await project.belay("waits", "show", "wait_x", "--config", "other.yaml")
            #expect(none.status == 65 && none.errors == "There is no wait wait_x.\n", "\(none)")
        }
    }

    @Test func failedAttemptsAreToldAtOnceAndOnce() async throws {
        try await Project.run(["belay.yaml": Project.configuration()]) { project in
            let failed = try await project.belay("run", "--critical", "Hello")
            #expect(failed.status == 1, "\(failed)")
            let attempts = failed.errors.split(separator: "\n").filter { $0.contains("attempt 1 on main/mock failed") }
            #expect(attempts.count == 1, "\(failed)")
            #expect(attempts.first?.contains("onnection refused (http://127.0.0.1:9); trying again in ") == true)
            #expect(!failed.errors.contains("secret"), "\(failed)")
            let quiet = try await project.belay("run", "--critical", "--json", "Hello")
            #expect(!quiet.errors.contains("attempt"), "\(quiet)")
        }
    }

    @Test func aPauseSaysWhenItGoesOn() async throws {
        try await Project.run(["belay.yaml": Project.configuration()]) { project in
            let process = try await project.start("run", "Hello")
            _ = try await Patience.wait(for: "a pause", circumstances: { process.errors }) {
                process.errors.contains("all paths failed; trying again in ") ? true : nil
            }
            process.send(SIGINT)
            #expect(try await process.ended().status == 130)
        }
    }

    @Test func aServerWithoutTLSIsNamed() async throws {
        try await Project.run(["belay.yaml": Project.configuration()]) { project in
            let mock = try await project.startMock(Self.scenario)
            project.set("MODEL_URL", to: mock.url.replacing("http://", with: "https://") + "/v1")
            let failed = try await project.belay("run", "--critical", "Hello")
            #expect(failed.errors.contains("the server doesn't speak TLS"), "\(failed)")
            #expect(!failed.errors.contains("BoringSSL"), "\(failed)")
        }
    }

    @Test func whatTheSystemRefusesIsSaidInPlainWords() async throws {
        try await Project.run(["belay.yaml": Project.configuration()]) { project in
            let mock = try await project.belay("mock", "--host", "256.1.1.1", "--port", "0")
            #expect(mock.status == 69)
            #expect(mock.errors == "can't listen on 256.1.1.1:0: there is no such address or host\n", "\(mock)")
            let folder = try await project.belay("init", "/proc/x")
            #expect(folder.status == 69)
            #expect(folder.errors.hasSuffix(": there is no such file or folder\n"), "\(folder)")
        }
    }

    @Test func aMistypedCommandIsRecognised() async throws {
        try await Project.run { project in
            let foo = try await project.belay("foo")
            #expect(foo.status == 64 && foo.errors.contains("There is no command 'belay foo'."), "\(foo)")
            let near = try await project.belay("executions", "lst")
            #expect(near.status == 64 && near.errors.contains("Did you mean 'belay executions list'?"), "\(near)")
        }
    }

    @Test func anAgentThatIsNotNamedIsWrongUsage() async throws {
        let text = Project.configuration().replacing(
            "  clerk:\n", with: "  aide: {instructions: You help.}\n  clerk:\n")
        try await Project.run(["belay.yaml": text]) { project in
            let refused = try await project.belay("run", "Hello")
            #expect(refused.status == 64, "\(refused)")
            #expect(refused.errors == "choose an agent with --agent: aide, clerk\n", "\(refused)")
        }
    }

    @Test func eventsBeyondTheEndAreRefusedAndThoseToComeAreFollowed() async throws {
        try await Project.run(["belay.yaml": Project.configuration()]) { project in
            try await project.startMock(Self.scenario)
            let view = try await project.belay("run", "--json", "Where is my order?").json
            let id = try #require(view["id"]?.stringValue)
            let beyond = try await project.belay("executions", "events", id, "--after", "99")
            #expect(beyond.status == 65 && beyond.output.isEmpty, "\(beyond)")
            #expect(beyond.errors.hasSuffix("there is no event 99 to go on from.\n"), "\(beyond)")
            let following = try await project.start("executions", "events", id, "--follow")
            _ = try await following.line(beginning: "{")
            let wait = view["waits"]?[0]?["id"]?.stringValue ?? ""
            #expect(try await project.belay("waits", "answer", wait, "--text", "1234").status == 0)
            #expect(try await project.belay("executions", "resume", id).status == 0)
            let followed = try await following.ended()
            #expect(followed.status == 0, "\(followed)")
            #expect(followed.output == (try await project.belay("executions", "events", id).output))
        }
    }
}
