import BelayJSON
import Foundation
import Testing

extension CrashTests {
    /// A cap of a dollar under three servers that are killed: `BELAY_BUDGET_SEEDS` says how often.
    @Suite(.serialized, .timeLimit(.minutes(30)))
    struct BudgetSiegeTests {
        private static let seeds: [UInt64] = {
            let count = ProcessInfo.processInfo.environment["BELAY_BUDGET_SEEDS"].flatMap { UInt64($0) } ?? 1
            return Array(1...max(1, count))
        }()

        @Test(arguments: Self.seeds, [false, true])
        func theCapHolds(seed: UInt64, streams: Bool) async throws {
            try await Project.run(["belay.yaml": BudgetSiege.configuration]) { project in
                let mock = try await project.startMock(
                    BudgetSiege.scenario.serialized(), remembering: 100_000)
                let siege = BudgetSiege(project, seed: seed, calls: 1_000, streams: streams)
                let api = try await siege.run()
                let end = try await Self.atRest(api)
                let settled = end["settled_units"]?.intValue ?? -1
                let billed = try await Self.billed(by: mock)
                let rest = try await Self.spendTheRest(at: api)
                print(
                    "BudgetSiege: seed \(seed), \(streams ? "streams" : "whole answers"): \(siege.figures); "
                        + "settled $\(Double(settled) / 1e9), the provider bills $\(Double(billed) / 1e9), "
                        + "\(rest.calls) small calls more, then $\(Double(rest.left) / 1e9) are left")
                #expect(settled <= BudgetSiege.limit && billed <= settled)
                #expect(siege.refused > 0)
                // No smaller call can be made: nothing that could be spent lies anywhere else.
                #expect((0..<rest.smallest).contains(rest.left))
                let verdict = try await project.belay("budgets", "verify", "--json").json
                #expect(verdict["sound"] == true, "\(verdict.serialized())")
            }
        }

        /// The account once nothing is reserved in any budget: what nodes that died had, a lease after their death, and what
        /// the others have ready, once it has lain unused for 5 s.
        private static func atRest(_ api: API) async throws -> JSON {
            let start = ContinuousClock.now
            var last = JSON.null
            var emptied: [String: Duration] = [:]
            _ = try await Patience.wait(
                for: "nothing to be reserved", atMost: .seconds(20), circumstances: { last.serialized() }
            ) {
                last = try await api.get("/v1/budgets?limit=1000").json
                let reserved = (last["items"]?.arrayValue ?? []).filter { $0["reserved_units"] != 0 }
                let names = Set(reserved.compactMap { $0["budget"]?.stringValue })
                for name in ["all", "customer", "tokens"] where !names.contains(name) && emptied[name] == nil {
                    emptied[name] = start.duration(to: .now)
                }
                return reserved.isEmpty ? true : Bool?.none
            }
            print("BudgetSiege: nothing is reserved any more, after the last answer: \(emptied)")
            return try await Self.account(api)
        }

        private static func account(_ api: API) async throws -> JSON {
            try await api.get("/v1/budgets?budget=all").json["items"]?[0] ?? .null
        }

        /// What all requests together cost that the provider got, whoever waited for the answer.
        private static func billed(by mock: API) async throws -> Int64 {
            let requests = try await mock.get("/_mock/requests").json["requests"]?.arrayValue ?? []
            return requests.reduce(0) { sum, request in
                let tokens = request["tokens"]
                return sum + Int64(tokens?["output"]?.intValue ?? 0) * BudgetSiege.outputPrice
                    + Int64(tokens?["input"]?.intValue ?? 0) * BudgetSiege.inputPrice
            }
        }

        /// Makes the smallest call that there is until the budget refuses it for good.
        private static func spendTheRest(at api: API) async throws -> (calls: Int, left: Int, smallest: Int) {
            let body: JSON = [
                "model": "route/default", "max_tokens": 1, "messages": [["role": "user", "content": "size"]],
            ]
            for calls in 0..<2_000 {
                let reply = try await api.post("/v1/chat/completions", body)
                if reply.status == 200 { continue }
                guard reply.json["error"]?["code"] == "insufficient_quota" else { continue }
                let account = try await Self.account(api)
                let left = BudgetSiege.limit - Int64(account["settled_units"]?.intValue ?? 0)
                // One token of output and no more than 100 of input.
                return (calls, Int(left), Int(BudgetSiege.outputPrice + 100 * BudgetSiege.inputPrice))
            }
            throw Patience.Exhausted(description: "2,000 small calls, and the budget isn't used up")
        }
    }
}
