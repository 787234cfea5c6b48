import BelayCore
import BelayJSON
import Testing

@testable import BelayServer

@Suite(.timeLimit(.minutes(5)))
struct WaitEndpointsTests {
    @Test func listsAreFilteredAndPagedWithoutGaps() async throws {
        try await ServerScenario.run(drives: false) { scenario in
            let waits = (1...20).map { ServerScenario.approval($0, kind: $0.isMultiple(of: 3) ? .input : .approval) }
            let id = try await scenario.waiting(waits)
            _ = try await scenario.waiting([ServerScenario.approval(99)])
            var seen: [String] = []
            var query: String? = ""
            while let more = query {
                let page = try await scenario.send(
                    "GET", "/v1/waits?kind=approval&execution=\(id)&limit=4\(more)"
                ).json
                seen += (page["items"]?.arrayValue ?? []).compactMap { $0["id"]?.stringValue }
                query = page["next"]?.stringValue.map { "&cursor=\($0)" }
            }
            let expected = waits.filter { $0.kind == .approval }.map(\.id.rawValue).sorted(by: >)
            #expect(seen == expected)
        }
    }

    @Test func openOnesAreListedUnlessAskedOtherwise() async throws {
        try await ServerScenario.run(drives: false) { scenario in
            let waits = [ServerScenario.approval(1), ServerScenario.approval(2)]
            _ = try await scenario.waiting(waits)
            let answered = try await scenario.send(
                "POST", "/v1/waits/\(waits[0].id)/answer", ["answer": ["decision": "reject", "reason": "No."]])
            #expect(try answered.json["answered_by"] == "api")
            for (query, expected) in [
                ("", [2]), ("?status=open", [2]), ("?status=answered", [1]), ("?status=any", [2, 1]),
            ] {
                let page = try await scenario.send("GET", "/v1/waits\(query)").json
                let ids = (page["items"]?.arrayValue ?? []).compactMap { $0["id"]?.stringValue }
                #expect(ids == expected.map { waits[$0 - 1].id.rawValue }, "\(query)")
            }
        }
    }

    @Test func aTimerTakesNoAnswer() async throws {
        try await ServerScenario.run(drives: false) { scenario in
            let timer = ServerScenario.approval(1, kind: .timer)
            _ = try await scenario.waiting([timer])
            let reply = try await scenario.send("POST", "/v1/waits/\(timer.id)/answer", ["answer": [:]])
            #expect(reply.status == 422 && reply.code == "answer_invalid" && reply.isProblem)
        }
    }
}
