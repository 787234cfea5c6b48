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
}
