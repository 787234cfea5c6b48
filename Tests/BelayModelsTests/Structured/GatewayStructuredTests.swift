import BelayCore
import BelayJSON
import BelayModels
import BelayRouting
import BelayTesting
import Testing

/// One call from a schema or a type to a checked value.
@Suite(.timeLimit(.minutes(5)))
struct GatewayStructuredTests {
    private struct Order: Decodable, Sendable, Equatable {
        var table: Int
        var dish: String
    }

    private static let schema: JSON = [
        "type": "object", "properties": ["table": ["type": "integer"], "dish": ["type": "string"]],
        "required": ["table", "dish"],
    ]
    private static let good = #"{"table": 4, "dish": "tea"}"#

    private static var prices: PriceTable {
        PriceTable([
            ModelPath(provider: "a", model: "m"): Price(input: 1, output: 10),
            ModelPath(provider: "b", model: "m"): Price(input: 2, output: 20),
        ])
    }

    private func bench(_ replies: [ScriptedTransport.Reply], route: Route = GatewayBench.route()) throws -> GatewayBench
    {
        try GatewayBench(replies, route: route, prices: Self.prices)
    }

    private func output(
        _ bench: GatewayBench, rules: [OutputRule<JSON>] = [], _ change: (inout ModelCall) -> Void = { _ in }
    ) async throws -> StructuredOutput {
        try await bench.gateway.structured(GatewayBench.call(change), schema: Self.schema, rules: rules)
    }

    private func failure(
        _ bench: GatewayBench, rules: [OutputRule<JSON>] = [], _ change: (inout ModelCall) -> Void = { _ in }
    ) async throws -> StructuredOutputFailure? {
        do {
            _ = try await self.output(bench, rules: rules, change)
            return nil
        } catch let failure as StructuredOutputFailure {
            return failure
        }
    }

    @Test func aValidAnswerTakesOneAttempt() async throws {
        let bench = try self.bench([.answer(Self.good)])
        let output = try await self.output(bench)
        #expect(output.value == ["table": 4, "dish": "tea"] && output.conduct == .valid)
        #expect(output.result.failedAttempts.isEmpty && output.tries.count == 1)
        let body = try JSON.parse(bench.transport.requests[0].body)
        #expect(body["response_format"]?["json_schema"]?["schema"] == Self.schema)
    }

    @Test func aDamagedOneIsMendedWithoutAsking() async throws {
        let bench = try self.bench([.answer("```json\n\(Self.good)\n```")])
        let output = try await self.output(bench)
        #expect(output.conduct == .repaired && output.value == ["table": 4, "dish": "tea"])
        #expect(try JSON.parse(output.result.answer.text) == output.value)
        #expect(bench.transport.requests.count == 1)
    }

    @Test func theModelIsToldOnceWhatIsWrong() async throws {
        let bench = try self.bench([.answer(#"{"table": "four"}"#), .answer(Self.good)])
        let output = try await self.output(bench)
        #expect(output.conduct == .reasked && bench.sentTo == ["a", "a"])
        let messages = try #require(try JSON.parse(bench.transport.requests[1].body)["messages"]?.arrayValue)
        #expect(messages.suffix(2).first?["content"]?.stringValue == #"{"table": "four"}"#)
        let correction = try #require(messages.last?["content"]?.stringValue)
        #expect(correction.contains("/table") && correction.contains("dish"), "\(correction)")
        // 10 tokens in and 5 out, twice, at 1 and 10.
        #expect(output.result.failedAttempts.map(\.cost) == [.known(Money(nanoDollars: 60))])
        #expect(output.result.cost == .known(Money(nanoDollars: 60)))
        #expect(bench.gateway.statistics.paths[ModelPath(provider: "a", model: "m")]?.invalidOutputs == 1)
    }

    @Test func thenTheNextPathIsAskedTheOriginalQuestion() async throws {
        let bench = try self.bench([.answer("no"), .answer("still no"), .answer(Self.good)])
        let output = try await self.output(bench)
        #expect(output.conduct == .nextPath && bench.sentTo == ["a", "a", "b"])
        #expect(output.tries.map(\.isReasked) == [false, true, false])
        #expect(try JSON.parse(bench.transport.requests[2].body)["messages"]?.arrayValue?.count == 2)
        #expect(output.result.path.provider == "b" && output.result.failedAttempts.map(\.number) == [1, 2])
    }

    @Test func inTheEndThereIsAnErrorWithEverythingThatWasTried() async throws {
        let bench = try self.bench([.answer("no"), .answer("{}"), .answer("```")])
        let failure = try #require(try await self.failure(bench))
        #expect(failure.tries.map(\.path.provider) == ["a", "a", "b"] && bench.sentTo == ["a", "a", "b"])
        #expect(failure.tries.allSatisfy { !$0.problems.isEmpty } && failure.attempts.count == 3)
        #expect(failure.cost == .known(Money(nanoDollars: 60 + 60 + 120)) && failure.failure == nil)
    }

    @Test func rulesAreToldToTheModelToo() async throws {
        let rule = OutputRule<JSON>("table exists", message: "there are tables 1 to 9 only") {
            (1...9).contains($0["table"]?.intValue ?? 0)
        }
        let bench = try self.bench([.answer(#"{"table": 40, "dish": "tea"}"#), .answer(Self.good)])
        #expect(try await self.output(bench, rules: [rule]).conduct == .reasked)
        let body = String(decoding: bench.transport.requests[1].body, as: UTF8.self)
        #expect(body.contains("there are tables 1 to 9 only"))
    }

    @Test func theAttemptsOfOneCallAreEnoughForAll() async throws {
        let route = GatewayBench.route(attempts: 3)
        let bench = try self.bench([.status(500), .answer("no"), .answer("no"), .answer(Self.good)], route: route)
        let failure = try #require(try await self.failure(bench))
        #expect(bench.transport.requests.count == 3 && failure.attempts.count == 3)
        let single = try self.bench([.answer("no"), .answer(Self.good)])
        #expect(try await self.failure(single) { $0.maxAttempts = 1 } != nil)
        #expect(single.transport.requests.count == 1)
    }

    @Test func aPathThatFailsOnTheSecondQuestionIsLeft() async throws {
        let bench = try self.bench([.answer("no"), .status(400), .answer(Self.good)])
        #expect(try await self.output(bench).conduct == .nextPath)
        #expect(bench.sentTo == ["a", "a", "b"])
    }

    private func successes(_ bench: GatewayBench) async throws -> [String: Double?] {
        let outcomes = try await bench.gateway.outcomes.outcomes(OutcomeFilter(), limit: 100)
        return Dictionary(uniqueKeysWithValues: outcomes.map { ($0.id, $0.success) })
    }

    @Test func eachAnswerIsAnOutcomeOfItsOwn() async throws {
        let bench = try self.bench([.answer("no"), .answer("no"), .answer(Self.good)])
        let output = try await self.output(bench) { $0.outcome = "call" }
        #expect(output.result.outcome == "call.try3")
        #expect(try await self.successes(bench) == ["call": 0, "call.try2": 0, "call.try3": 1])
    }

    /// Nor does an error take the place of the answer before it.
    @Test func aPathThatFailsOnTheSecondQuestionIsAnOutcomeToo() async throws {
        let bench = try self.bench([.answer("no"), .status(400), .answer(Self.good)])
        _ = try await self.output(bench) { $0.outcome = "call" }
        #expect(try await self.successes(bench) == ["call": 0, "call.try2": nil, "call.try3": 1])
    }

    @Test func theSuccessFunctionHasTheLastWordOnAValueAndNoneOnWhatIsNone() async throws {
        var options = GatewayOptions()
        options.tasks = ["wrong": .custom { _ in 0 }, "right": .custom { _ in 1 }, "later": .feedback]
        func success(_ task: String, _ answer: String) async throws -> Double? {
            let bench = try GatewayBench([.answer(answer), .answer(answer), .answer(answer)], options: options)
            do {
                _ = try await self.output(bench) {
                    $0.outcome = "call"
                    $0.task = task
                }
            } catch is StructuredOutputFailure {}
            return try await self.successes(bench)["call"] ?? nil
        }
        #expect(try await success("wrong", Self.good) == 0)
        #expect(try await success("right", Self.good) == 1)
        #expect(try await success("later", Self.good) == nil)
        #expect(try await success("other", Self.good) == 1)
        for task in ["wrong", "right", "later", "other"] { #expect(try await success(task, "no") == 0) }
    }

    @Test func withoutAnyAnswerItFailsAsEveryCallDoes() async throws {
        let bench = try self.bench([], route: GatewayBench.route(attempts: 2))
        await #expect(throws: ModelCallFailure.self) { try await self.output(bench) }
        await #expect(throws: ModelCallFailure.self) { try await self.output(bench) { $0.route = "nowhere" } }
    }

    @Test func aSchemaThatIsNoneIsRefusedBeforeAnythingIsSent() async throws {
        let bench = try self.bench([.answer(Self.good)])
        await #expect(throws: JSONSchema.Invalid.self) {
            try await bench.gateway.structured(Samples.question, schema: ["type": "nothing"])
        }
        #expect(bench.transport.requests.isEmpty)
    }

    @Test func aTypeIsEnough() async throws {
        let bench = try self.bench([.answer(#"{"table": 4}"#), .answer(Self.good)])
        let order: Order = try await bench.gateway.value(of: Order.self, "Tea for table 4, please.")
        #expect(order == Order(table: 4, dish: "tea"))
        let rule = OutputRule<Order>("dish", message: "there is no tea") { $0.dish != "tea" }
        let refused = try self.bench([.answer(Self.good), .answer(#"{"table": 4, "dish": "soup"}"#)])
        let other = try await refused.gateway.value(of: Order.self, "Tea, please.", rules: [rule])
        #expect(other.dish == "soup" && refused.transport.requests.count == 2)
    }
}
