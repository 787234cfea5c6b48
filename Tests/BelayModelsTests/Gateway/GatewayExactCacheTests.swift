import BelayCore
import BelayResilience
import BelayTesting
import Testing

@testable import BelayModels

/// Fresh answers instead of new ones, and one question for all who ask it at the same time.
@Suite(.timeLimit(.minutes(5)))
struct GatewayExactCacheTests {
    private static let exact = CachePolicy(.exact, lifetime: .seconds(60))

    private func bench(
        _ replies: [ScriptedTransport.Reply], then last: ScriptedTransport.Reply = .status(500)
    ) throws -> GatewayBench {
        try GatewayBench(replies, then: last, route: GatewayBench.route(cache: Self.exact))
    }

    @Test func aFreshAnswerIsGivenInsteadOfANewOne() async throws {
        let bench = try self.bench([.answer("Fine"), .answer("Tired")])
        let first = try await bench.result()
        #expect(first.cache == .miss)
        let second = try await bench.result()
        #expect(second.cache == .hit && second.answer.text == "Fine" && !second.isDegraded)
        #expect(second.answer.usage == .zero && second.cost == .known(.zero))
        #expect(bench.transport.requests.count == 1)
        #expect(bench.gateway.statistics.answered == 2 && bench.gateway.statistics.cacheUses == [.miss: 1, .hit: 1])
        bench.clock.advance(by: .seconds(60))
        #expect(try await bench.result().answer.text == "Tired")
    }

    @Test func anOldAnswerStillStandsInWhenNoModelIsAvailable() async throws {
        let bench = try self.bench([.answer("Fine")])
        _ = try await bench.result()
        bench.clock.advance(by: .seconds(61))
        let result = try await bench.result()
        #expect(result.isDegraded && result.cache == .stale && result.answer.text == "Fine")
    }

    @Test func aRouteHasAnswersOfItsOwn() throws {
        let plain = try AnswerCache.key(of: GatewayBench.call())
        #expect(try AnswerCache.key(of: GatewayBench.call { $0.route = "a/m" }) != plain)
        // What the answer doesn't depend on.
        #expect(try AnswerCache.key(of: GatewayBench.call { $0.caller = ModelCaller(user: "ana") }) == plain)
    }

    @Test func aCriticalCallIsAlwaysMade() async throws {
        let bench = try self.bench([.answer("Fine"), .answer("Tired")])
        _ = try await bench.result()
        #expect(try await bench.result(GatewayBench.call { $0.isCritical = true }).answer.text == "Tired")
    }

    @Test func itsBytesAreBounded() {
        var cache = AnswerCache(maxEntries: 1_000, maxBytes: 20_000, timeToLive: .seconds(60))
        let now = Timekeeper(ManualClock()).now
        func entry(_ length: Int) -> AnswerCache.Entry {
            let text = String(repeating: "x", count: length)
            let answer = ModelAnswer(content: [.text(text)], stopReason: .endTurn, usage: .zero, model: "m")
            return AnswerCache.Entry(answer: answer, path: ModelPath(provider: "a", model: "m"))
        }
        for number in 0..<100 {
            cache.store(entry(number * 20), for: "\(number)", at: now)
            #expect(cache.bytes <= 20_000 && cache.count >= 1)
        }
        #expect(cache.entry(for: "99", at: now) != nil && cache.entry(for: "0", at: now) == nil)
        cache.store(entry(30_000), for: "large", at: now)
        #expect(cache.entry(for: "large", at: now) == nil)
        cache.store(entry(10), for: "99", at: now)
        for number in 0..<100 { cache.remove("\(number)") }
        #expect(cache.bytes == 0 && cache.count == 0)
    }
}
