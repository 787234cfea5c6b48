import BelayHTTP
import BelayJSON
import Foundation
import Testing

/// The stream of a running execution over real HTTP.
@Suite(.timeLimit(.minutes(5)))
struct EventStreamTests {
    private static let words = (1...120).map { "word\($0)" }.joined(separator: " ")
    private static let scenario = """
        latency: {first_token: 50ms, per_token: 10ms}
        rules:
          - when: {last_role: user}
            reply: {tool_calls: [{name: record, arguments: {job: a, part: 1}}]}
        reply: {text: \(words), chunk_size: 8}
        """

    /// Reads a stream until `enough`, and then hangs up.
    private func read(
        _ response: HTTPResponse, until enough: (ServerSentEvent) async throws -> Bool = { _ in false }
    ) async throws -> [ServerSentEvent] {
        #expect(response.status == 200)
        #expect(response.mediaType == "text/event-stream")
        var parser = ServerSentEventParser()
        var events: [ServerSentEvent] = []
        for try await chunk in response.body {
            for case .event(let event) in try parser.append(chunk) {
                events.append(event)
                if try await enough(event) { return events }
            }
        }
        return events
    }

    private func open(_ api: API, _ id: String, after last: String? = nil) async throws -> HTTPResponse {
        var headers: HTTPHeaderFields = ["Accept": "text/event-stream"]
        if let last { headers["Last-Event-ID"] = last }
        return try await api.response("GET", "/v1/executions/\(id)/events", headers: headers)
    }

    private func withServer(_ body: @Sendable (ChildProcess, API) async throws -> Void) async throws {
        let configuration = Project.configuration(tools: ["record": Workshop.record])
        try await Project.run(["belay.yaml": configuration]) { project in
            _ = try await Workshop.start(in: project)
            try await project.startMock(Self.scenario)
            let (process, api) = try await project.serve()
            try await body(process, api)
        }
    }

    @Test(arguments: [1, 2, 3, 5])
    func aStreamThatIsCutAgainAndAgainLeavesNoGap(length: Int) async throws {
        try await self.withServer { _, api in
            let id = try await api.start("Count")
            var seen: [ServerSentEvent] = []
            var last: String?
            while seen.last?.name != "completed" {
                var left = length
                let part = try await self.read(try await self.open(api, id, after: last)) { event in
                    guard event.name != "delta", !event.name.hasPrefix("attempt") else { return false }
                    left -= 1
                    return left == 0
                }
                let durable = part.filter { $0.name != "delta" && !$0.name.hasPrefix("attempt") }
                #expect(!durable.isEmpty)
                seen += durable
                last = durable.last?.id ?? last
            }
            let journal = try await api.journal(of: id)
            #expect(seen.map(\.id) == journal.map { $0["sequence"].map { $0.serialized() } })
            #expect(try seen.map { try JSON.parse($0.data) } == journal)
        }
    }

    @Test func aStreamThatIsCutInTheMiddleOfAnAnswerGoesOn() async throws {
        try await self.withServer { _, api in
            let started = try await api.response(
                "POST", "/v1/agents/clerk/executions", body: (["task": "Count", "stream": true] as JSON).bytes())
            var id = ""
            let first = try await self.read(started) { event in
                if event.name == "accepted" {
                    id = try JSON.parse(event.data)["execution"]?.stringValue ?? ""
                }
                guard event.name == "delta" else { return false }
                // The answer is on its way, and text of it is here.
                let view = try await api.get("/v1/executions/\(id)").json
                #expect(view["state"] != "completed")
                return true
            }
            let last = first.last { $0.id != nil && $0.name != "delta" }?.id
            let rest = try await self.read(try await self.open(api, id, after: last))
            let durable = (first + rest).filter { $0.name != "delta" && !$0.name.hasPrefix("attempt") }
            #expect(durable.map(\.id) == (1...durable.count).map(String.init))
            #expect(durable.last?.name == "completed")
            #expect(durable.count == (try await api.journal(of: id)).count)
        }
    }

    @Test func theDeltasAreTheAnswer() async throws {
        try await self.withServer { _, api in
            let started = try await api.response(
                "POST", "/v1/agents/clerk/executions", body: (["task": "Count", "stream": true] as JSON).bytes())
            let events = try await self.read(started)
            let deltas = try events.filter { $0.name == "delta" }.map { try JSON.parse($0.data) }
            #expect(deltas.count > 10)
            #expect(deltas.compactMap { $0["text"]?.stringValue }.joined() == Self.words)
            let firstDelta = try #require(events.firstIndex { $0.name == "delta" })
            let answer = try #require(events.lastIndex { $0.name == "model_answered" })
            #expect(firstDelta < answer)
        }
    }

    @Test func aServerThatStopsEndsTheStreamInOrder() async throws {
        try await self.withServer { process, api in
            let started = try await api.response(
                "POST", "/v1/agents/clerk/executions", body: (["task": "Count", "stream": true] as JSON).bytes())
            var asked = false
            let events = try await self.read(started) { event in
                if event.name == "delta", !asked {
                    asked = true
                    process.send(SIGTERM)
                }
                return false
            }
            // It came to an end without an error of the connection.
            #expect(asked && !events.isEmpty)
            let ended = try await process.ended()
            #expect(ended.status == 0, "\(ended)")
        }
    }

    @Test func aCursorThatWasNeverGivenOutIsRefused() async throws {
        try await self.withServer { _, api in
            let id = try await api.start("Count")
            for last in ["999", "soon", "-1"] {
                let reply = try await self.open(api, id, after: last)
                #expect(reply.status == 400)
            }
            #expect(try await self.open(api, "exec_x").status == 404)
        }
    }
}
