import BelayCore
import BelayModels
import BelayTesting
import Testing

/// The answer to a question that means the same.
@Suite(.timeLimit(.minutes(1)))
struct GatewaySemanticCacheTests {
    private struct Unknown: Error {}

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
        let failures = bench.reports.all.filter { if case .embeddingFailed = $0 { true } else { false } }
        #expect(failures.count == 1)
        #expect(throws: GatewayConfigurationError.self) {
            try GatewayBench([], route: GatewayBench.route(cache: CachePolicy(.semantic)))
        }
    }
}

extension GatewaySemanticCacheTests {
    private func bench(_ replies: [ScriptedTransport.Reply], then text: String) throws -> GatewayBench {
        try self.bench(Array(repeating: .answer(text), count: 20))
    }
}
