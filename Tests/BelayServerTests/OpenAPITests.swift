import BelayCore
import BelayJSON
import BelayTesting
import Foundation
import Testing

@testable import BelayServer

@Suite(.timeLimit(.minutes(5)))
struct OpenAPITests {
    @Test func describesWhatIsServedAndServesWhatIsDescribed() async throws {
        try await ServerScenario.run { scenario in
            let document = try await scenario.send("GET", "/openapi.json").json
            var described: Set<String> = []
            for (path, operations) in document["paths"]?.objectValue ?? [:] {
                for method in operations.objectValue?.keys ?? [] {
                    described.insert("\(method.uppercased()) \(path)")
                    let concrete = path.replacing("{agent}", with: "support").replacing("{id}", with: "x")
                    let allowed = try await scenario.send("OPTIONS", concrete).headers["allow"] ?? ""
                    #expect(allowed.contains(method.uppercased()), "\(path) is described and not served")
                }
            }
            #expect(described == Set(scenario.server.endpoints.map { "\($0.method) \($0.path)" }))
            let operations = scenario.server.endpoints.map(\.operation)
            #expect(Set(operations).count == operations.count)
        }
    }

    @Test func answersAreAsDescribed() async throws {
        let model = ScriptedModel([.call("ask_user", ["question": "Which?"], id: "c1"), .text("Done.")])
        try await ServerScenario.run(model: model) { scenario in
            let document = try await scenario.send("GET", "/openapi.json").json
            let id = try await scenario.startedID(["task": "x", "session": "s", "wait": 30])
            let waits = try await scenario.send("GET", "/v1/waits").json
            let wait = waits["items"]?[0]?["id"]?.stringValue ?? ""
            let requests: [(String, String, String, JSON?)] = [
                ("GET", "/v1/executions/{id}", "/v1/executions/\(id)", nil), ("GET", "/v1/waits", "/v1/waits", nil),
                ("GET", "/v1/waits/{id}", "/v1/waits/\(wait)", nil),
                ("POST", "/v1/waits/{id}/answer", "/v1/waits/\(wait)/answer", ["answer": ["text": "This"]]),
                ("POST", "/v1/executions/{id}/feedback", "/v1/executions/\(id)/feedback", ["score": 1]),
                ("GET", "/v1/executions", "/v1/executions?limit=1", nil),
                ("GET", "/v1/executions/{id}/events", "/v1/executions/\(id)/events?limit=2", nil),
                ("POST", "/v1/agents/{agent}/executions", "/v1/agents/support/executions", ["task": "y"]),
                ("POST", "/v1/executions/{id}/messages", "/v1/executions/\(id)/messages", ["text": "z"]),
                ("GET", "/v1/agents", "/v1/agents", nil), ("GET", "/v1/statistics", "/v1/statistics", nil),
                ("GET", "/v1/rates", "/v1/rates", nil),
                ("GET", "/health/live", "/health/live", nil), ("GET", "/health/ready", "/health/ready", nil),
                ("GET", "/openapi.json", "/openapi.json", nil),
            ]
            for (method, path, concrete, body) in requests {
                if method == "POST", path.hasSuffix("messages") {
                    _ = try await scenario.runtime.outcome(of: id)
                }
                let reply = try await scenario.send(method, concrete, body)
                #expect(reply.status < 300, "\(method) \(concrete): \(reply.detail)")
                let operation = document["paths"]?[path]?[method.lowercased()]
                let schema = operation?["responses"]?["2XX"]?["content"]?["application/json"]?["schema"]
                var whole = try #require(schema)
                whole["components"] = document["components"]
                let problems = try JSONSchema(whole).validate(try reply.json)
                #expect(problems.isEmpty, "\(method) \(path): \(problems)")
                if let body {
                    let schema = operation?["requestBody"]?["content"]?["application/json"]?["schema"]
                    #expect(try JSONSchema(try #require(schema)).validate(body).isEmpty)
                }
            }
        }
    }

    @Test func problemsAreAsDescribed() async throws {
        try await ServerScenario.run { scenario in
            let document = try await scenario.send("GET", "/openapi.json").json
            let schema = try JSONSchema(try #require(document["components"]?["schemas"]?["Problem"]))
            let reply = try await scenario.start(["task": ""])
            #expect(try schema.validate(reply.json).isEmpty)
        }
    }

    /// Leaves the document in a file for `openapi/validate.py`, when it asks for that.
    @Test(.enabled(if: ProcessInfo.processInfo.environment["BELAY_OPENAPI_FILE"] != nil))
    func isWrittenForTheValidator() async throws {
        let file = try #require(ProcessInfo.processInfo.environment["BELAY_OPENAPI_FILE"])
        try await ServerScenario.run { scenario in
            let document = try await scenario.send("GET", "/openapi.json")
            try Data(document.body).write(to: URL(fileURLWithPath: file))
        }
    }
}
