import BelayCore
import BelayJSON
import Testing

@testable import BelayModels

/// Reports of usage that can't be: what they are taken for, in each protocol, whole and streamed, over HTTP.
@Suite(.timeLimit(.minutes(5)))
struct UsageAnomalyTests {
    /// What a figure is in each protocol.
    struct Words: Sendable, CustomTestStringConvertible {
        var vendor: VendorReplies.Vendor
        var input: String
        var output: String

        var testDescription: String { self.vendor.rawValue }

        /// A usage with these figures and no others.
        func usage(_ input: JSON?, _ output: JSON?) -> JSON {
            var usage: JSON = [:]
            usage[self.input] = input
            usage[self.output] = output
            return usage
        }
    }

    static let all = [
        Words(vendor: .openAI, input: "prompt_tokens", output: "completion_tokens"),
        Words(vendor: .responses, input: "input_tokens", output: "output_tokens"),
        Words(vendor: .anthropic, input: "input_tokens", output: "output_tokens"),
    ]

    /// Of input and output, at a nano-dollar and a thousand a token; nil for what is estimated.
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var input: JSON?
        var output: JSON?
        var tokens: (input: Int?, output: Int?)
        var anomalies: Set<UsageAnomaly>

        var testDescription: String { self.name }
    }

    static let cases = [
        Case(name: "whole numbers", input: 20, output: 5, tokens: (20, 5), anomalies: []),
        Case(name: "nothing but zeros", input: 0, output: 0, tokens: (nil, nil), anomalies: [.missing]),
        Case(name: "an object without figures", input: nil, output: nil, tokens: (nil, nil), anomalies: [.missing]),
        Case(name: "no output", input: 20, output: nil, tokens: (20, nil), anomalies: [.noOutput]),
        Case(name: "no input", input: nil, output: 5, tokens: (nil, 5), anomalies: [.noInput]),
        Case(name: "a fraction", input: 20.25, output: 5, tokens: (21, 5), anomalies: [.fraction]),
        Case(name: "a string", input: "20", output: 5, tokens: (20, 5), anomalies: [.text]),
        Case(name: "words", input: "many", output: 5, tokens: (nil, 5), anomalies: [.unreadable, .noInput]),
        Case(name: "negative", input: -20, output: 5, tokens: (nil, 5), anomalies: [.negative, .noInput]),
        Case(name: "absurd", input: 20, output: 4_000_000_000, tokens: (20, nil), anomalies: [.absurd, .noOutput]),
        Case(name: "more than was allowed", input: 20, output: 900, tokens: (20, 900), anomalies: [.outputAboveLimit]),
    ]

    private static let price = Price(input: 1, output: 1_000)
    /// Allows 500 tokens.
    private static var call: ModelCall {
        var call = CostBench.call
        call.request.maxOutputTokens = 500
        return call
    }

    private static func nanoDollars(_ input: Int?, _ output: Int?) -> Money {
        let tokens = RequestTokens(model: "m")
        let input = input ?? tokens.input(of: Self.call.request).expected
        let output = output ?? TokenEstimate(of: VendorReplies.text, by: .typical).expected
        return Money(nanoDollars: Int64(input) + Int64(output) * 1_000)
    }

    private func bench(_ vendor: VendorReplies.Vendor, _ reply: String) throws -> CostBench {
        try CostBench(vendor, model: "m", price: Self.price, [[.answer(reply)]])
    }

    @Test(arguments: Self.all, Self.cases)
    func oddFiguresAreTakenForWhatIsDocumented(words: Words, odd: Case) async throws {
        let replies = VendorReplies(vendor: words.vendor, model: "m")
        let usage = words.usage(odd.input, odd.output)
        for streamed in [false, true] {
            // In Anthropic's streams the output of the start stands for one that is missing or can't be at the end.
            let isOdd = odd.tokens.output == nil && odd.output?.intValue ?? 0 > 0
            if streamed, words.vendor == .anthropic, isOdd { continue }
            let bench = try self.bench(words.vendor, streamed ? replies.stream(usage) : replies.answer(usage))
            let result = try await bench.result(streamed: streamed, Self.call)
            let place: Comment = "\(streamed ? "streamed" : "whole"): \(result.answer.usage)"
            if streamed, words.vendor == .anthropic, odd.name == "nothing but zeros" {
                // The start says that one token was written.
                #expect(bench.anomalies == [.noInput, .shrank], place)
                continue
            }
            let money = Self.nanoDollars(odd.tokens.input, odd.tokens.output)
            let isEstimate = odd.anomalies.contains(where: \.makesEstimate)
            #expect(result.cost == (isEstimate ? .estimated(money) : .known(money)), place)
            #expect(bench.anomalies == odd.anomalies, place)
            let counts = bench.gateway.statistics.paths[bench.path]?.usageAnomalies
            #expect(counts == Dictionary(uniqueKeysWithValues: odd.anomalies.map { ($0, 1) }), place)
        }
    }

    @Test(arguments: Self.all, [false, true])
    func anAnswerWithoutUsageIsEstimated(words: Words, streamed: Bool) async throws {
        let replies = VendorReplies(vendor: words.vendor, model: "m")
        let bench = try self.bench(words.vendor, streamed ? replies.stream(nil) : replies.answer(nil))
        let result = try await bench.result(streamed: streamed, Self.call)
        #expect(result.cost == .estimated(Self.nanoDollars(nil, nil)))
        #expect(bench.anomalies == [.missing] && result.answer.usage == .zero)
    }

    @Test(arguments: Self.all, [false, true])
    func aUsageThatIsNoObjectIsEstimated(words: Words, streamed: Bool) async throws {
        let replies = VendorReplies(vendor: words.vendor, model: "m")
        let bench = try self.bench(words.vendor, streamed ? replies.stream("12") : replies.answer("12"))
        let result = try await bench.result(streamed: streamed, Self.call)
        #expect(result.cost == .estimated(Self.nanoDollars(nil, nil)))
        #expect(bench.anomalies == [.missing, .unreadable])
    }

    @Test(arguments: [false, true])
    func partsAboveTheirWholeAreTakenToBeBesideIt(streamed: Bool) async throws {
        let price = Price(input: 1, output: 1_000, cacheRead: 100, cacheWrite: 10_000)
        let usages: [(VendorReplies.Vendor, JSON, Int64, Set<UsageAnomaly>)] = [
            (
                .openAI,
                ["prompt_tokens": 20, "completion_tokens": 5, "prompt_tokens_details": ["cached_tokens": 30]],
                20 + 3_000 + 5_000, [.cacheAboveInput]
            ),
            (
                .openAI,
                ["prompt_tokens": 20, "completion_tokens": 5, "completion_tokens_details": ["reasoning_tokens": 8]],
                20 + 13_000, [.reasoningAboveOutput]
            ),
            (
                .openAI, ["prompt_tokens": 20, "completion_tokens": 5, "total_tokens": 28], 20 + 8_000,
                [.totalAboveParts]
            ),
            (.openAI, ["prompt_tokens": 20, "total_tokens": 25], 20 + 5_000, []),
            (
                .responses,
                [
                    "input_tokens": 20, "output_tokens": 5, "input_tokens_details": ["cached_tokens": 30],
                    "output_tokens_details": ["reasoning_tokens": 8],
                ], 20 + 3_000 + 13_000, [.cacheAboveInput, .reasoningAboveOutput]
            ),
            (
                .anthropic,
                [
                    "input_tokens": 20, "output_tokens": 5, "cache_creation_input_tokens": 2,
                    "cache_creation": ["ephemeral_5m_input_tokens": 3],
                ], 20 + 30_000 + 5_000, [.cacheAboveInput]
            ),
        ]
        for (vendor, usage, amount, anomalies) in usages {
            let replies = VendorReplies(vendor: vendor, model: "m")
            let reply = streamed ? replies.stream(usage) : replies.answer(usage)
            let bench = try CostBench(vendor, model: "m", price: price, [[.answer(reply)]])
            let result = try await bench.result(streamed: streamed)
            let money = Money(nanoDollars: amount)
            #expect(result.cost == (anomalies.isEmpty ? .known(money) : .estimated(money)), "\(usage)")
            #expect(bench.anomalies == anomalies, "\(usage)")
        }
    }

    /// More than one report in a stream: they are cumulative, and the last one counts unless it is smaller.
    @Test(
        arguments: [
            ([5, 12], 12, []), ([12, 12], 12, []), ([12, 7], 12, [.shrank]), ([3, 12, 1], 12, [.shrank]),
        ] as [([Int], Int, Set<UsageAnomaly>)])
    func ofSeveralReportsTheLastCountsUnlessItIsSmaller(
        outputs: [Int], output: Int, anomalies: Set<UsageAnomaly>
    ) async throws {
        let text = Samples.openAIChunk(["content": .string(VendorReplies.text)])
        let reports = outputs.map { output in
            let report: JSON = ["choices": [], "usage": ["prompt_tokens": 20, "completion_tokens": JSON(output)]]
            return report.serialized()
        }
        let chunks = [text, Samples.openAIChunk([:], finish: "stop")] + reports + ["[DONE]"]
        let anthropic = VendorReplies(vendor: .anthropic, model: "m").events(["input_tokens": 20, "output_tokens": 1])
        let deltas = outputs.map { output in
            VendorReplies.event([
                "type": "message_delta", "delta": ["stop_reason": "end_turn"],
                "usage": ["output_tokens": JSON(output)],
            ])
        }
        let streams: [(VendorReplies.Vendor, [String])] = [
            (.openAI, chunks.map { "data: \($0)\n\n" }),
            (
                .anthropic,
                anthropic.filter { !$0.contains("message_delta") && !$0.contains("message_stop") } + deltas
                    + anthropic.suffix(1)
            ),
        ]
        for (vendor, events) in streams {
            let bench = try self.bench(vendor, VendorReplies.http(events.joined(), type: "text/event-stream"))
            let result = try await bench.result(streamed: true, Self.call)
            let money = Self.nanoDollars(20, output)
            #expect(result.cost == (anomalies.isEmpty ? .known(money) : .estimated(money)), "\(vendor)")
            #expect(bench.anomalies == anomalies, "\(vendor)")
        }
    }

    /// After the last event: it counts where there was none before, and else changes nothing.
    @Test(arguments: Self.all, [false, true])
    func usageAfterTheEndCountsOnlyIfThereWasNone(words: Words, wasReported: Bool) async throws {
        let replies = VendorReplies(vendor: words.vendor, model: "m")
        let late: JSON =
            switch words.vendor {
            case .responses: ["type": "response.completed", "response": ["usage": words.usage(90, 40)]]
            case .anthropic: ["type": "message_delta", "delta": [:], "usage": words.usage(90, 40)]
            default: ["choices": [], "usage": words.usage(90, 40)]
            }
        let usage = wasReported ? words.usage(20, 5) : nil
        let bench = try self.bench(words.vendor, replies.stream(usage, late: [VendorReplies.event(late)]))
        let result = try await bench.result(streamed: true, Self.call)
        #expect(result.cost == .known(wasReported ? Self.nanoDollars(20, 5) : Self.nanoDollars(90, 40)))
        #expect(bench.anomalies == [.afterEnd])
    }

    @Test(arguments: [-0.5, 5_000_000] as [Double])
    func anAmountThatCantBeIsReckonedByTokens(cost: Double) async throws {
        let replies = VendorReplies(vendor: .openRouter, model: "m")
        let usage: JSON = ["prompt_tokens": 20, "completion_tokens": 5, "cost": JSON(cost)]
        let bench = try self.bench(.openRouter, replies.answer(usage))
        let result = try await bench.result(streamed: false)
        #expect(result.cost == .estimated(Self.nanoDollars(20, 5)) && bench.anomalies == [.costUnreadable])
    }

    @Test func embeddingsWithoutUsageAreEstimated() async throws {
        let replies = VendorReplies(vendor: .embeddings, model: "text-embedding-3-small")
        let bench = try CostBench(
            .embeddings, model: replies.model, price: Price(input: 7, output: 0),
            [
                [.answer(replies.answer(nil))]
            ])
        let request = EmbeddingRequest(["How are you today?"])
        let result = try await bench.gateway.embed(request, route: "default")
        let tokens = RequestTokens(model: replies.model).input(of: request).expected
        #expect((4...6).contains(tokens))
        #expect(result.cost == .estimated(Money(nanoDollars: Int64(tokens) * 7)) && bench.anomalies == [.missing])
    }

    /// An answer that nobody can use is paid all the same, also when its usage is odd.
    @Test func aFailedAttemptsUsageIsLookedAtAsWell() async throws {
        let refused: JSON = [
            "id": "1", "choices": [["index": 0, "message": ["content": ""], "finish_reason": "content_filter"]],
            "usage": ["prompt_tokens": 20, "completion_tokens": -3],
        ]
        let bench = try self.bench(.openAI, VendorReplies.http(refused.serialized(), type: "application/json"))
        let failure = await #expect(throws: ModelCallFailure.self) { _ = try await bench.result(streamed: false) }
        #expect(failure?.attempts.map(\.cost) == [.estimated(Money(nanoDollars: 20))])
        #expect(bench.anomalies == [.negative])
    }
}
