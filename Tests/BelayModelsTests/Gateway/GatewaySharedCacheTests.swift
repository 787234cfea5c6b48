import BelayCore
import BelayTesting
import Testing

@testable import BelayModels

/// Answers that nodes share through a store.
@Suite(.timeLimit(.minutes(5)))
struct GatewaySharedCacheTests {
    private struct Broken: AnswerStore {
        func keptAnswer(for key: String) throws -> KeptAnswer? { throw StoreError.unavailable("gone") }
        func keep(_ answer: KeptAnswer, for key: String, until expiry: Timestamp) throws {
            throw StoreError.unavailable("gone")
        }
    }

    private func bench(_ text: String, isShared: Bool = true) throws -> GatewayBench {
        try GatewayBench(
            [.answer(text)],
            route: GatewayBench.route(cache: CachePolicy(.exact, lifetime: .seconds(60), isShared: isShared)))
    }

    /// Writing is nobody's to wait for, so it is looked for until it is done, or the time limit of the test ends it.
    private func until(_ holds: () async throws -> Bool) async rethrows {
        while try await !holds(), !Task.isCancelled { await Task.yield() }
    }

    @Test func whatOneNodeAskedAnotherOneKnows() async throws {
        let store = InMemoryAnswerStore(clock: ManualWallClock())
        let (first, second) = (try self.bench("Fine"), try self.bench("Tired"))
        for bench in [first, second] { bench.gateway.shareAnswers(in: store) }
        _ = try await first.result()
        let key = try AnswerCache.key(of: GatewayBench.call())
        await self.until { await store.keptAnswer(for: key) != nil }
        let result = try await second.result()
        #expect(result.cache == .hit && result.answer.text == "Fine" && second.transport.requests.isEmpty)
        // Now it is known here, and as old as it is.
        second.gateway.shareAnswers(in: nil)
        second.clock.advance(by: .seconds(59))
        #expect(try await second.result().cache == .hit)
        second.clock.advance(by: .seconds(1))
        #expect(try await second.result().answer.text == "Tired")
    }

    @Test func aRouteThatDoesNotShareKeepsItsAnswersToItself() async throws {
        let store = InMemoryAnswerStore(clock: ManualWallClock())
        let (shares, keeps) = (try self.bench("Fine"), try self.bench("Tired", isShared: false))
        for bench in [shares, keeps] { bench.gateway.shareAnswers(in: store) }
        _ = try await shares.result()
        let key = try AnswerCache.key(of: GatewayBench.call())
        await self.until { await store.keptAnswer(for: key) != nil }
        #expect(try await keeps.result().answer.text == "Tired")
    }

    @Test func aStoreThatFailsIsDoneWithout() async throws {
        let bench = try self.bench("Fine")
        bench.gateway.shareAnswers(in: Broken())
        #expect(try await bench.result().answer.text == "Fine")
        #expect(try await bench.result().cache == .hit)
        await self.until {
            bench.reports.all.count { if case .sharedCacheFailed = $0 { true } else { false } } == 2
        }
    }
}
