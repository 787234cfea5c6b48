import BelayCore
import BelayJSON
import BelayResilience
import BelayTesting
import Testing

@testable import BelayModels

/// Requests that are the same at the same time.
@Suite(.timeLimit(.minutes(5)))
struct SingleFlightTests {
    private let clock = ManualClock()
    private let transport = HeldTransport()

    private func gateway() throws -> Gateway {
        try Gateway(
            providers: [Samples.provider("a")],
            routes: [
                Route(
                    name: "default", paths: [.init("a", "m")], maxAttempts: 1, backoffBase: .zero,
                    cache: CachePolicy(.exact))
            ], transport: self.transport, clock: self.clock, wallClock: ManualWallClock())
    }

    private func ask(_ gateway: Gateway) -> Task<ModelCallResult, any Error> {
        Task { try await gateway.call(GatewayBench.call(), observe: nil) }
    }

    /// Tasks tell nobody that they wait, so it is looked for until it is so, or the time limit of the test ends it.
    private func until(_ holds: () -> Bool) async { while !holds(), !Task.isCancelled { await Task.yield() } }

    @Test func oneQuestionAnswersEverybodyWhoAsksIt() async throws {
        let gateway = try self.gateway()
        let tasks = (0..<20).map { _ in self.ask(gateway) }
        await self.until { gateway.desk.waiting == 20 && self.transport.isHolding }
        self.transport.release(.answer("Fine"))
        var uses: [CacheUse?: Int] = [:]
        for task in tasks {
            let result = try await task.value
            #expect(result.answer.text == "Fine")
            uses[result.cache, default: 0] += 1
        }
        #expect(self.transport.sent == 1 && uses == [.miss: 1, .shared: 19])
        #expect(gateway.statistics.paths[ModelPath(provider: "a", model: "m")]?.answers == 1)
    }

    @Test func whoLeavesLeavesAlone() async throws {
        let gateway = try self.gateway()
        let first = self.ask(gateway)
        await self.until { gateway.desk.waiting == 1 && self.transport.isHolding }
        let second = self.ask(gateway), third = self.ask(gateway)
        await self.until { gateway.desk.waiting == 3 }
        first.cancel()  // Who had the call made.
        third.cancel()
        await #expect(throws: CancellationError.self) { try await first.value }
        await #expect(throws: CancellationError.self) { try await third.value }
        self.transport.release(.answer("Fine"))
        #expect(try await second.value.answer.text == "Fine")
        #expect(self.transport.sent == 1 && self.transport.cancelled == 0)
    }

    @Test func whenEverybodyLeftTheCallIsGivenUpAndTheNextOneAsksAnew() async throws {
        let gateway = try self.gateway()
        let tasks = [self.ask(gateway), self.ask(gateway)]
        await self.until { gateway.desk.waiting == 2 && self.transport.isHolding }
        for task in tasks { task.cancel() }
        for task in tasks { await #expect(throws: CancellationError.self) { try await task.value } }
        await self.until { self.transport.cancelled == 1 }
        let next = self.ask(gateway)
        await self.until { self.transport.isHolding }
        self.transport.release(.answer("Fine"))
        #expect(try await next.value.cache == .miss)
        #expect(self.transport.sent == 2)
    }

    @Test func aFailureIsForThoseWhoWaitedAndForNobodyElse() async throws {
        let gateway = try self.gateway()
        let tasks = [self.ask(gateway), self.ask(gateway), self.ask(gateway)]
        await self.until { gateway.desk.waiting == 3 && self.transport.isHolding }
        self.transport.release(.status(500))
        for task in tasks { await #expect(throws: ModelCallFailure.self) { try await task.value } }
        #expect(self.transport.sent == 1)
        let next = self.ask(gateway)
        await self.until { self.transport.isHolding }
        self.transport.release(.answer("Fine"))
        #expect(try await next.value.answer.text == "Fine")
    }

    @Test func anAnswerWithAToolCallIsNotShared() async throws {
        let gateway = try self.gateway()
        let tasks = [self.ask(gateway), self.ask(gateway)]
        await self.until { gateway.desk.waiting == 2 && self.transport.isHolding }
        var body = Samples.openAIAnswer("")
        let call: JSON = ["id": "1", "type": "function", "function": ["name": "weather", "arguments": "{}"]]
        body["choices"] = [
            ["index": 0, "message": ["role": "assistant", "tool_calls": [call]], "finish_reason": "tool_calls"]
        ]
        self.transport.release(.json(body))
        await self.until { self.transport.sent == 2 && self.transport.isHolding }
        self.transport.release(.json(body))
        for task in tasks { #expect(try await task.value.answer.toolCalls.count == 1) }
        #expect(self.transport.sent == 2)
    }

    /// A client that takes its stream slowly holds the others up for a while only.
    @Test func nobodyWaitsLongForAStreamOfSomebodyElse() async throws {
        let gateway = try self.gateway()
        let streamed = Task { try await gateway.stream(GatewayBench.call()) { _ in } }
        await self.until { self.transport.isHolding }
        let other = self.ask(gateway)
        await self.until { gateway.desk.waiting == 1 }
        self.clock.advance(by: .seconds(5))
        await self.until { self.transport.sent == 2 }
        self.transport.release(.answer("Fine"))
        #expect(try await other.value.cache == .miss)
        #expect(try await streamed.value.answer.text == "Fine")
    }

    @Test func aStreamThatItsClientGivesUpIsAskedForAnewByThoseWhoWait() async throws {
        let gateway = try self.gateway()
        let streamed = Task { try await gateway.stream(GatewayBench.call()) { _ in } }
        await self.until { self.transport.isHolding }
        let other = self.ask(gateway)
        await self.until { gateway.desk.waiting == 1 }
        streamed.cancel()
        await self.until { self.transport.sent == 2 && self.transport.isHolding }
        self.transport.release(.answer("Fine"))
        #expect(try await other.value.cache == .miss)
        #expect(await streamed.result.isFailure)
    }
}

extension Result {
    fileprivate var isFailure: Bool { if case .failure = self { true } else { false } }
}
