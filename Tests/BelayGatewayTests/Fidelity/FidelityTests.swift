import BelayModels
import BelayResilience
import Foundation
import Testing

/// What a vendor says is what a client gets, whatever protocols the two speak, streamed or not.
///
/// `BELAY_FIDELITY_CASES` is how many cases each pair of protocols has, default 225; `BELAY_FIDELITY_SEED` the first seed.
@Suite(.timeLimit(.minutes(60)))
struct FidelityTests {
    private static func setting(_ name: String) -> UInt64? {
        ProcessInfo.processInfo.environment[name].flatMap(UInt64.init)
    }

    @Test func whatTheVendorSaysIsWhatTheClientGets() async throws {
        let upstream = try ReplayUpstream()
        upstream.start()
        defer { upstream.stop() }
        // The other kinds are chat completions, too.
        let kinds: [ProviderSettings.Kind] = [.openAI, .anthropic, .openAIResponses]
        let providers = kinds.map { kind in
            ProviderSettings(
                name: kind.rawValue, kind: kind, baseURL: "http://127.0.0.1:\(upstream.port)/v1",
                breaker: CircuitBreakerPolicy(trip: .consecutiveFailures(.max)))
        }
        let routes = kinds.map { kind in
            Route(name: kind.rawValue, paths: [.init(kind.rawValue, "m")], maxAttempts: 1, cache: .off)
        }
        try await GatewayWorld.run(providers: providers, routes: routes) { world in
            let run = FidelityRun(
                upstream: upstream, client: RawClient(port: world.port), kinds: kinds,
                seed: Self.setting("BELAY_FIDELITY_SEED") ?? 1,
                casesPerPair: Self.setting("BELAY_FIDELITY_CASES").map(Int.init) ?? 225)
            await run.run()
            for failure in run.failures { Issue.record("\(failure)") }
            print(
                "\(run.cases) cases over \(kinds.count * 3) pairs, \(run.cuts) of them cut off too, "
                    + "\(run.failures.count) wrong, seed \(run.seed)")
        }
    }
}
