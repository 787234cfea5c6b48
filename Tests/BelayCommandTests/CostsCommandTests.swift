import BelayJSON
import Foundation
import Testing

/// `belay costs`, over what other processes left in the store.
@Suite(.timeLimit(.minutes(5)))
struct CostsCommandTests {
    private static let configuration = Project.configuration()
        .replacing("mock: {input: 1.00, output: 2.00}", with: "mock: {input: 1.00, output: 2.00, cached_input: 0.10}")
        .replacing("    backoff:", with: "    cache: {mode: exact}\n    backoff:")
    private static let scenario = "reply: {text: Done., usage: {input: 100, cached: 50, output: 10}}"
    /// 100 x $1.00, 50 x $0.10 and 10 x $2.00 a million.
    private static let cost = "0.000125"

    @Test func whatOthersSpentIsAddedUpAndProjected() async throws {
        try await Project.run(["belay.yaml": Self.configuration]) { project in
            for command in [["costs"], ["budgets"], ["budgets", "verify"]] {
                let missing = try await project.start(Binary.path, command).ended()
                #expect(missing.status == 69 && missing.errors.contains("there is no store at"), "\(missing)")
            }
            try await project.startMock(Self.scenario)
            let (server, api) = try await project.serve()
            let empty = try await project.belay("costs")
            #expect(empty.status == 0 && empty.output.contains("Nothing was spent in this time."), "\(empty)")
            let nothing = try await project.belay("costs", "projection")
            #expect(nothing.status == 0 && nothing.output.contains("nothing to go by"), "\(nothing)")
            let header = try await project.belay("costs", "--format", "csv").output
            #expect(header.hasPrefix("model,requests,cached_answers,") && header.filter { $0 == "\r\n" }.count == 1)

            for (number, customer) in ["acme", "acme", "=b, \"inc\""].enumerated() {
                // The first two ask the same, so that the second is answered from the cache.
                let reply = try await api.post(
                    "/v1/chat/completions",
                    [
                        "model": "route/default",
                        "messages": [["role": "user", "content": .string("Book \(number / 2)")]],
                    ],
                    headers: ["X-Belay-Customer": customer, "X-Belay-Session": "s\(number)"])
                #expect(reply.status == 200, "\(reply)")
            }
            server.send(SIGTERM)
            _ = try await server.ended()

            let json = try await project.belay("costs", "--by", "customer,day", "--json").json
            #expect(json["by"] == ["customer", "day"] && json["total"]?["cost_nano_usd"]?.intValue == 250_000)
            let table = try await project.belay("costs", "--by", "customer")
            #expect(table.output.contains("CUSTOMER") && table.output.contains("$0.00025"), "\(table)")
            let csv = try await project.belay("costs", "--by", "customer", "--format", "csv").output
            let records = csv.split(separator: "\r\n")
            #expect(
                records.count == 3
                    && records[1...].contains { $0.hasPrefix("\"'=b, \"\"inc\"\"\",1,0,1,1,100,50,0,10,0,") })
            #expect(records[1...].allSatisfy { $0.contains(",\(Self.cost),0.00,0.00,") }, "\(csv)")
            let mine = try await project.belay("costs", "--customer", "acme", "--by", "", "--format", "csv").output
            #expect(mine.split(separator: "\r\n").count == 2, "\(mine)")

            let projection = try await project.belay("costs", "projection", "--sessions-per-user", "2")
            #expect(projection.output.contains("USERS A DAY") && projection.output.contains("2.00 sessions of a user"))
            #expect(projection.output.contains("mean nothing yet"), "\(projection)")
            let months = try await project.belay("costs", "projection", "--format", "csv").output
            #expect(months.split(separator: "\r\n").count == 4, "\(months)")
        }
    }

    @Test(arguments: [
        (["costs", "--by", "planet"], "--by has to be"), (["costs", "--since", "later"], "--since has to be"),
        (["costs", "--since", "1h", "--until", "2h"], "--since has to be before --until"),
        (["costs", "--limit", "0"], "--limit has to be"), (["costs", "--format", "xml"], "--format"),
        (["costs", "projection", "--sessions-per-user", "0"], "--sessions-per-user has to be"),
    ])
    func whatIsWrongIsSaid(arguments: [String], message: String) async throws {
        try await Project.run(["belay.yaml": Self.configuration]) { project in
            let refused = try await project.start(Binary.path, arguments).ended()
            #expect(refused.status == 64 && refused.errors.contains(message), "\(refused)")
        }
    }
}
