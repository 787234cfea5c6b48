import BelayCore
import BelayJSON
import BelayLedger
import BelayModels
import BelayTesting
import Testing

/// The answer to a question that means the same.
@Suite(.timeLimit(.minutes(5)))
struct GatewaySemanticCacheTests {
    private struct Unknown: Error, CustomStringConvertible {
        var description: String { "What are your opening hours?" }
    }

    private func bench(
        _ replies: [ScriptedTransport.Reply],
        embedder: @escaping @Sendable (String) async throws -> [Float] = { text in
            text.contains("hour") ? [1, 0] : [0, 1]
        }
    ) throws -> GatewayBench {
        var options = GatewayOptions()
        options.embedder = embedder
        return try GatewayBench(
            replies, route: GatewayBench.route(cache: CachePolicy(.semantic, lifetime: .seconds(60))),
            options: options)
    }

    private func call(_ text: String, _ change: (inout ModelCall) -> Void = { _ in }) -> ModelCall {
        GatewayBench.call {
            $0.request.messages = [.user(text)]
            change(&$0)
        }
    }

    @Test func aQuestionOfTheSameMeaningHasTheSameAnswer() async throws {
        let bench = try self.bench([.answer("9 to 5"), .answer("Another")])
        #expect(try await bench.result(self.call("What are your opening hours?")).cache == .miss)
        let similar = try await bench.result(self.call("At which hours is the shop open?"))
        #expect(similar.cache == .similar && similar.answer.text == "9 to 5" && similar.cost == .known(.zero))
        #expect(try await bench.result(self.call("Where is the shop?")).answer.text == "Another")
        #expect(bench.transport.requests.count == 2)
    }

    @Test func notForAnotherTenantNorOtherInstructionsNorALongerConversation() async throws {
        let bench = try self.bench([], then: "Fine")
        _ = try await bench.result(self.call("What are your opening hours?"))
        let others = [
            self.call("Which hours?") { $0.tenant = "other" },
            self.call("Which hours?") { $0.request.system = "Be long." },
            self.call("Which hours?") { $0.request.temperature = 1 },
            self.call("Which hours?") { $0.request.tools = [Samples.weather] },
            self.call("Which hours?") { $0.request.messages = [.user("Hi"), .assistant("Hi"), .user("Which hours?")] },
            self.call("Which hours?") { $0.isCritical = true },
        ]
        for call in others {
            let use = try await bench.result(call).cache
            #expect(use == .miss || use == nil)
        }
        #expect(bench.transport.requests.count == others.count + 1)
    }

    @Test func anOldAnswerIsNotGiven() async throws {
        let bench = try self.bench([.answer("9 to 5"), .answer("10 to 4")])
        _ = try await bench.result(self.call("What are your opening hours?"))
        bench.clock.advance(by: .seconds(60))
        #expect(try await bench.result(self.call("At which hours is the shop open?")).answer.text == "10 to 4")
    }

    @Test func withoutAMeaningAModelIsAsked() async throws {
        let bench = try self.bench([.answer("9 to 5")]) { _ in throw Unknown() }
        #expect(try await bench.result(self.call("What are your opening hours?")).answer.text == "9 to 5")
        let reasons = bench.reports.all.compactMap { report in
            if case .embeddingFailed(_, let reason) = report { reason } else { nil }
        }
        // Errors may repeat what was asked.
        #expect(reasons == ["Unknown"])
        #expect(throws: GatewayConfigurationError.self) {
            try GatewayBench([], route: GatewayBench.route(cache: CachePolicy(.semantic)))
        }
    }
}

/// With a model of the gateway's own providers that says what questions mean.
extension GatewaySemanticCacheTests {
    private static let embedder = ModelPath(provider: "a", model: "e")

    private func embeddingBench(_ replies: [ScriptedTransport.Reply]) throws -> GatewayBench {
        let prices = PriceTable([
            Self.embedder: Price(input: 20, output: 0),
            ModelPath(provider: "a", model: "m"): Price(input: 1, output: 10),
        ])
        let cache = CachePolicy(.semantic, lifetime: .seconds(60), embedder: Self.embedder)
        return try GatewayBench(replies, route: GatewayBench.route(cache: cache), prices: prices)
    }

    private static func vector(_ values: JSON) -> ScriptedTransport.Reply {
        .json(["model": "e", "data": [["index": 0, "embedding": values]], "usage": ["prompt_tokens": 3]])
    }

    @Test func aModelThatSaysWhatQuestionsMeanIsBilledAndCounted() async throws {
        let bench = try self.embeddingBench([
            Self.vector([1, 0]), .answer("9 to 5"), Self.vector([1, 0.01]), Self.vector([0, 1]), .answer("There"),
        ])
        let first = try await bench.result(self.call("What are your opening hours?"))
        // 3 tokens at 20, and the answer: 10 at 1 and 5 at 10.
        #expect(first.cache == .miss && first.cost == .known(Money(nanoDollars: 60 + 60)))
        let similar = try await bench.result(self.call("At which hours is the shop open?"))
        #expect(similar.cache == .similar && similar.answer.text == "9 to 5")
        #expect(similar.cost == .known(Money(nanoDollars: 60)))
        #expect(try await bench.result(self.call("Where is the shop?")).answer.text == "There")
        #expect(
            bench.transport.requests.map { $0.url.hasSuffix("/v1/embeddings") } == [true, false, true, true, false])
        #expect(try JSON.parse(bench.transport.requests[0].body)["input"] == ["What are your opening hours?"])
        let counted = try #require(bench.gateway.statistics.paths[Self.embedder])
        #expect(counted.answers == 3 && counted.cost == Money(nanoDollars: 180))
        // The same question once more needs no vector.
        #expect(try await bench.result(self.call("Where is the shop?")).cost == .known(.zero))
        #expect(bench.transport.requests.count == 5)
    }

    @Test func theCallerPaysForWhatItsQuestionMeans() async throws {
        let bench = try self.embeddingBench([Self.vector([1, 0]), .answer("9 to 5")])
        let ledger = Ledger(budgets: [], store: InMemoryLedgerStore(), node: NodeID(rawValue: "node_test"))
        bench.gateway.account(in: ledger)
        var call = self.call("What are your opening hours?")
        call.tenant = "apex"
        call.caller.customer = "acme"
        _ = try await bench.result(call)
        #expect(await ledger.flush())
        let lines = try await ledger.store.rows(before: nil, limit: 9).map(\.row)
        #expect(lines.map(\.purpose.cause) == [.first, .embedding])
        #expect(lines.allSatisfy { $0.spender.tenant == "apex" && $0.spender.customer == "acme" })
    }

    @Test func whenNoAnswerComesItsFailureTellsWhatTheMeaningCost() async throws {
        let bench = try self.embeddingBench([Self.vector([1, 0]), .status(400)])
        let failure = try #require(try await bench.failure(self.call("What are your opening hours?")))
        // 3 tokens at 20; the error is not billed.
        #expect(failure.attempts.map(\.cost) == [.known(Money(nanoDollars: 60))])
        #expect(bench.gateway.statistics.cost == Money(nanoDollars: 60))
    }

    @Test func whenThatModelFailsTheOthersAnswer() async throws {
        let bench = try self.embeddingBench([.status(400), .answer("9 to 5")])
        let result = try await bench.result(self.call("What are your opening hours?"))
        #expect(result.answer.text == "9 to 5" && result.cache == .miss)
        let reasons = bench.reports.all.compactMap { report in
            if case .embeddingFailed(_, let reason) = report { reason } else { nil }
        }
        #expect(reasons == [ModelFailure.Kind.badRequest.code])
    }

    @Test func whatItsFailureCostIsPartOfTheAnswers() async throws {
        let bench = try self.embeddingBench([.silence, .answer("9 to 5")])
        async let result = bench.result(self.call("What are your opening hours?"))
        #expect(await bench.clock.advanceToNext() == .seconds(2))
        // Six tokens at 20, for what nothing came of in time; and the answer: 10 at 1 and 5 at 10.
        #expect(try await result.cost == .estimated(Money(nanoDollars: 120 + 60)))
        #expect(bench.gateway.statistics.cost == Money(nanoDollars: 180))
    }

    @Test func itHasToBeOfAProviderThatMakesEmbeddings() {
        for (provider, kind) in [("c", ProviderSettings.Kind.openAI), ("b", .anthropic)] {
            let cache = CachePolicy(.semantic, embedder: ModelPath(provider: provider, model: "e"))
            #expect(throws: GatewayConfigurationError.self) {
                try GatewayBench(
                    [], providers: [Samples.provider("a"), Samples.provider("b", kind: kind)],
                    route: GatewayBench.route(cache: cache))
            }
        }
    }

    private func bench(_ replies: [ScriptedTransport.Reply], then text: String) throws -> GatewayBench {
        try self.bench(Array(repeating: .answer(text), count: 20))
    }
}
