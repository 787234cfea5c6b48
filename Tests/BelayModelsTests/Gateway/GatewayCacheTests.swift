import BelayCore
import BelayModels
import BelayTesting
import Testing

/// An earlier answer as the last resort.
@Suite(.timeLimit(.minutes(5)))
struct GatewayCacheTests {
    private func bench(
        cache: CachePolicy = .fallback, then last: ScriptedTransport.Reply = .status(500)
    ) throws -> GatewayBench {
        try GatewayBench([.answer("Fine")], then: last, route: GatewayBench.route(cache: cache))
    }

    @Test func itStandsInWhenNoModelIsAvailable() async throws {
        let bench = try self.bench()
        _ = try await bench.result()
        let result = try await bench.result()
        #expect(result.isDegraded)
        #expect(result.answer.text == "Fine")
        #expect(result.answer.usage == .zero)
        #expect(result.cost == .known(.zero))
        #expect(result.failedAttempts.count == 6)
        #expect(bench.gateway.statistics.answeredFromCache == 1)
    }

    @Test func notWhileAModelAnswers() async throws {
        let bench = try self.bench(then: .answer("Still fine"))
        _ = try await bench.result()
        let result = try await bench.result()
        #expect(!result.isDegraded)
        #expect(result.answer.text == "Still fine")
    }

    @Test(arguments: [CachePolicy.off, .fallback])
    func whoAsksForAModelByItsNameIsAnsweredAsByTheRoutesThatHaveIt(cache: CachePolicy) async throws {
        let bench = try self.bench(cache: cache)
        let call = GatewayBench.call { ($0.route, $0.maxAttempts) = ("a/m", 1) }
        _ = try await bench.result(call)
        if cache == .off {
            #expect(try await bench.failure(call) != nil)
        } else {
            #expect(try await bench.result(call).isDegraded)
        }
    }

    @Test func neverAcrossTenants() async throws {
        let bench = try self.bench()
        _ = try await bench.result()
        #expect(try await bench.failure(GatewayBench.call { $0.tenant = "other" }) != nil)
    }

    @Test func neverForACriticalCall() async throws {
        let bench = try self.bench()
        _ = try await bench.result()
        #expect(try await bench.failure(GatewayBench.call { $0.isCritical = true })?.failure.kind == .serverError)
    }

    @Test func neverForTheCallersFault() async throws {
        let bench = try self.bench(then: .status(400))
        _ = try await bench.result()
        #expect(try await bench.failure()?.failure.kind == .badRequest)
    }

    @Test func notBeyondItsLifetimeNorWhereTheRouteHasNone() async throws {
        let bench = try self.bench()
        _ = try await bench.result()
        bench.clock.advance(by: .seconds(3_600))
        #expect(try await bench.failure() != nil)
        let without = try self.bench(cache: .off)
        _ = try await without.result()
        #expect(try await without.failure() != nil)
    }
}
