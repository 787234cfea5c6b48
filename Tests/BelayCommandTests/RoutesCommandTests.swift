import BelayJSON
import Testing

/// `belay routes`.
@Suite(.timeLimit(.minutes(5)))
struct RoutesCommandTests {
    /// 200 calls, in turn by two paths: one is right three times in four and costs much, the other always and little.
    private static let log = (0..<200).map { number in
        let isFirst = number.isMultiple(of: 2)
        let line: JSON = [
            "id": .string("call_\(number)"), "task": "classify", "path": isFirst ? "a/large" : "b/small",
            "time": JSON(1_780_000_000_000 + number * 1_000),
            "success": JSON(isFirst && number.isMultiple(of: 8) ? 0 : 1), "latency_ms": 500,
            "cost_nano_usd": JSON(isFirst ? 4_000_000 : 400_000),
        ]
        return line.serialized()
    }.joined(separator: "\n")

    @Test func aLogIsReplayed() async throws {
        try await Project.run(["outcomes.jsonl": Self.log]) { project in
            let table = try await project.belay("routes", "simulate", "--outcomes", "outcomes.jsonl")
            #expect(table.status == 0, "\(table)")
            #expect(table.output.hasPrefix("200 judged outcomes\n"), "\(table)")
            let json = try await project.belay("routes", "simulate", "--outcomes", "outcomes.jsonl", "--json").json
            let policies = try #require(json["policies"]?.arrayValue)
            func reward(of path: String) -> Double? {
                policies.first { $0["policy"]?.stringValue?.contains(path) == true }?["reward_usd"]?["value"]?
                    .doubleValue
            }
            let small = try #require(reward(of: "b/small"), "\(json)"), large = try #require(reward(of: "a/large"))
            #expect(small > large, "\(json)")
        }
    }

    @Test func whatIsWrongIsToldWithItsLine() async throws {
        let broken = Self.log + "\n{\"id\": \"x\"}\n"
        try await Project.run(["outcomes.jsonl": broken]) { project in
            let line = try await project.belay("routes", "simulate", "--outcomes", "outcomes.jsonl")
            #expect(line.status == 65 && line.errors.hasPrefix("outcomes.jsonl:201: "), "\(line)")
            let missing = try await project.belay("routes", "simulate", "--outcomes", "nothing.jsonl")
            #expect(missing.status == 65 && missing.errors.hasPrefix("nothing.jsonl can't be read"), "\(missing)")
            let amount = try await project.belay(
                "routes", "simulate", "--outcomes", "outcomes.jsonl", "--ceiling", "cheap")
            #expect(amount.status == 64 && amount.errors.contains("--ceiling"), "\(amount)")
            let nothing = try await project.belay(
                "routes", "simulate", "--outcomes", "outcomes.jsonl", "--ceiling", "0")
            #expect(nothing.status == 64 && nothing.errors.contains("admits no path"), "\(nothing)")
        }
    }
}
