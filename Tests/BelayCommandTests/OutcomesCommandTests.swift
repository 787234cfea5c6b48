import BelayJSON
import Foundation
import Testing

/// `belay outcomes` and `belay routes show`, over what other processes left in the store.
@Suite(.timeLimit(.minutes(5)))
struct OutcomesCommandTests {
    private static let configuration = Project.configuration(
        more: "tasks:\n  clerk: {success: {expression: \"text contains 'Done'\"}}\n"
    ).replacing("    paths: [{model: main/mock}]", with: "    policy: learned\n    paths: [{model: main/mock}]")

    @Test func whatRunsLeaveBehindIsShownJudgedAndLearned() async throws {
        try await Project.run(["belay.yaml": Self.configuration]) { project in
            try await project.startMock("reply: Done.")
            for _ in 0..<2 { #expect(try await project.belay("run", "Book it").status == 0) }
            let items = try #require(try await project.belay("outcomes", "--json").json["items"]?.arrayValue)
            #expect(items.count == 2 && items[0]["task"] == "clerk" && items[0]["success"] == 1, "\(items)")
            #expect(items[0]["decision"]?["reason"] == "only")

            let id = try #require(items[1]["id"]?.stringValue)
            #expect(id.hasPrefix("exe_") && id.hasSuffix(".1"))
            let judged = try await project.belay("outcomes", "judge", id, "--success", "0.5")
            #expect(try judged.json["success"] == 0.5, "\(judged)")
            let unknown = try await project.belay("outcomes", "judge", "out_x", "--success", "1")
            #expect(unknown.status == 65 && unknown.errors.hasPrefix("There is no outcome out_x"), "\(unknown)")

            let summary = try await project.belay("outcomes", "summary", "--task", "clerk", "--json")
            let path = try #require(try summary.json["paths"]?[0], "\(summary)")
            #expect(path["calls"] == 2 && path["success"] == 0.75 && path["path"] == "main/mock")
            let table = try await project.belay("outcomes", "summary")
            #expect(table.output.contains("main/mock") && table.output.contains("75 %"), "\(table)")
            #expect(try await project.belay("outcomes", "--since", "1h").output.contains(id))

            let routes = try await project.belay("routes", "show", "--json")
            let known = try #require(try routes.json["items"]?[0]?["knowledge"]?[0], "\(routes)")
            #expect(known["task"] == "clerk" && known["path"] == "main/mock" && known["suspended"] == false)
            // Two outcomes of 1.5 successes on a belief of 0.75 that is worth two.
            #expect(abs((known["success"]?.doubleValue ?? 0) - 0.75) < 0.001, "\(known)")
            #expect(try await project.belay("routes", "show").output.contains("learned"))

            let log = try await project.belay("outcomes", "--log")
            try project.write("outcomes.jsonl", log.output)
            let replay = try await project.belay("routes", "simulate", "--outcomes", "outcomes.jsonl")
            #expect(replay.status == 0 && replay.output.hasPrefix("2 judged outcomes\n"), "\(replay)")
        }
    }

    @Test func aLogHasAllOutcomesUnlessALimitIsSaid() async throws {
        try await Project.run(["belay.yaml": Self.configuration]) { project in
            try await project.startMock("reply: Done.")
            let (server, api) = try await project.serve()
            for number in 0..<53 {
                let reply = try await api.post(
                    "/v1/chat/completions",
                    [
                        "model": number == 0 ? "main/unpriced" : "main/mock",
                        "messages": [["role": "user", "content": .string("Book \(number)")]],
                    ])
                #expect(reply.status == 200, "\(reply)")
            }
            server.send(SIGTERM)
            _ = try await server.ended()
            let log = try await project.belay("outcomes", "--log").output.split(separator: "\n")
            let ids = try log.map { try JSON.parse(String($0))["id"]?.stringValue }
            #expect(ids.count == 53 && Set(ids).count == 53)
            let cut = try await project.belay("outcomes", "--log", "--limit", "2").output.split(separator: "\n")
            #expect(cut == log.suffix(2))
            let summary = try await project.belay("outcomes", "summary").output
            let unpriced = summary.split(separator: "\n").filter { $0.hasPrefix("main/unpriced") }
            #expect(unpriced.count == 1 && unpriced[0].contains(" unknown "), "\(summary)")
            let list = try await project.belay("outcomes", "--json").json["items"]?.arrayValue
            #expect(list?.count == 50 && list?.first?["id"]?.stringValue == ids.last)
        }
    }

    @Test func worldsAreSimulatedWithoutALog() async throws {
        try await Project.run { project in
            let json = try await project.belay("routes", "simulate", "--worlds", "1", "--calls", "1000", "--json").json
            let worlds = try #require(json["worlds"]?.arrayValue)
            #expect(worlds.count == 8)
            let policies = worlds[0]["policies"]?.arrayValue?.compactMap { $0["policy"]?.stringValue }
            #expect(
                policies == ["oracle", "best fixed path", "static order", "uniform", "epsilon-greedy", "thompson"])
            let table = try await project.belay("routes", "simulate", "--worlds", "1", "--calls", "1000")
            #expect(table.output.contains("drift, outage and price cut"), "\(table)")
            try project.write("empty.jsonl", "\n")
            let empty = try await project.belay("routes", "simulate", "--outcomes", "empty.jsonl")
            #expect(empty.status == 65 && empty.errors.contains("empty.jsonl has no outcomes"), "\(empty)")
            let few = try await project.belay("routes", "simulate", "--calls", "10")
            #expect(few.status == 64 && few.errors.contains("--calls"), "\(few)")
        }
    }

    @Test(arguments: [
        (["outcomes", "--path", "nonsense"], "--path has to be"),
        (["outcomes", "--since", "later"], "--since has to be"),
        (["outcomes", "--limit", "0"], "--limit has to be"),
        (["outcomes", "summary", "--window", "x"], "--window has to be"),
        (["outcomes", "judge", "x", "--success", "2"], "--success has to be"),
    ])
    func whatIsWrongIsSaid(arguments: [String], message: String) async throws {
        try await Project.run(["belay.yaml": Self.configuration]) { project in
            let refused = try await project.start(Binary.path, arguments).ended()
            #expect(refused.status == 64 && refused.errors.contains(message), "\(refused)")
        }
    }
}
