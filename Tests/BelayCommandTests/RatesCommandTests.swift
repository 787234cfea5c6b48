import BelayJSON
import Foundation
import Testing

/// `belay rates`, over what other processes left in the store.
@Suite(.timeLimit(.minutes(3)))
struct RatesCommandTests {
    private static let rates =
        "rates: {app: {per: agent, concurrent_executions: 4}, often: {per: user, requests_per_minute: 5}}"
    private static let scenario = """
        rules:
          - when: {last_role: user, last_message: order}
            reply: {tool_calls: [{name: ask_user, arguments: {question: "Which order?"}}]}
        reply: Hello.
        """

    @Test func openExecutionsAreListed() async throws {
        try await Project.run(["belay.yaml": Project.configuration(more: Self.rates)]) { project in
            let none = try await project.belay("rates")
            #expect(none.status == 0 && none.errors.contains("Nobody who is limited"), "\(none)")
            try await project.startMock(Self.scenario)
            let waiting = try await project.belay("run", "Where is my order?")
            #expect(waiting.status == 75, "\(waiting)")
            let listed = try await project.belay("rates")
            #expect(listed.status == 0 && listed.output.contains("clerk"), "\(listed)")
            let json = try await project.belay("rates", "--json").json
            let item = json["items"]?[0]
            #expect(item?["name"] == "clerk" && item?["remaining"] == 3 && item?["used"] == 0.25, "\(json)")
            #expect(json["rates"]?.arrayValue?.count == 2 && json["items"]?.arrayValue?.count == 1)
            #expect(try await project.belay("rates", "--name", "x", "--json").json["items"] == [])
            let unknown = try await project.belay("rates", "--rate", "x")
            #expect(unknown.status == 65 && unknown.errors.contains("Known rates: app, often."), "\(unknown)")
        }
    }

    /// As where a limit was lowered.
    @Test func moreThanMayBeOpenAreCounted() async throws {
        let rates = "rates: {few: {per: tenant, concurrent_executions: 1}}"
        try await Project.run(["belay.yaml": Project.configuration(more: rates)]) { project in
            try await project.startMock(Self.scenario)
            for _ in 1...2 { #expect(try await project.belay("run", "Where is my order?").status == 75) }
            let listed = try await project.belay("rates")
            let fields = listed.output.split(separator: "\n").last?.split(separator: " ")
            #expect(fields == ["few", "tenant", "default", "default", "2", "1"], "\(listed)")
            let item = try await project.belay("rates", "--json").json["items"]?[0]
            #expect(item?["remaining"] == 0 && item?["used"]?.doubleValue == 2, "\(item ?? .null)")
        }
    }
}
