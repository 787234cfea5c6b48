import BelayCore
import BelayResilience
import BelayTesting
import Testing

/// One tenant that wants more than its provider takes, and nine that want little.
@Suite(.timeLimit(.minutes(5)))
struct FairnessHTTPTests {
    private static let quiet = (1...9).map { "quiet-\($0)" }
    private static let places = 10

    /// Ten at once, and ten that wait, each answered after 20 ms.
    private static let setting = GatewayWorld.Setting(
        kinds: [.openAI], scenario: "reply: {text: Good morning., latency: {first_token: 20ms}}",
        keys: (Self.quiet + ["noisy"]).map { APIKey(Secret("key-of-\($0)"), name: $0, tenant: $0) },
        adjust: { providers, route in
            providers[0].maxConcurrent = Self.places
            route.patience = .seconds(60)
        }, cache: .off)

    /// How often each tenant was answered and turned away.
    private struct Counts: Sendable, Hashable {
        var answered = 0
        var refused = 0
    }

    private static func ask(_ world: GatewayWorld, as tenant: String) async throws -> Bool {
        let ask = Ask(wire: .chatCompletions, streams: false)
        let reply = try await world.post(ask.path, ask.body(), headers: ["authorization": "Bearer key-of-\(tenant)"])
        #expect(reply.status == 200 || reply.status == 429 && reply.headers["retry-after"] != nil, "\(reply.text)")
        return reply.status == 200
    }

    @Test func nobodyOfTheOthersIsTurnedAwayWhileOneWantsMoreThanThereIs() async throws {
        try await GatewayWorld.run(Self.setting) { world in
            let counts = Locked<[String: Counts]>([:])
            let isOver = Locked(false)
            @Sendable func ask(as tenant: String) async throws {
                let isAnswered = try await Self.ask(world, as: tenant)
                counts.withLock {
                    $0[tenant, default: Counts()].answered += isAnswered ? 1 : 0
                    $0[tenant, default: Counts()].refused += isAnswered ? 0 : 1
                }
            }
            try await withThrowingTaskGroup { noise in
                for _ in 0..<(3 * Self.places) {
                    noise.addTask { while !isOver.withLock({ $0 }) { try await ask(as: "noisy") } }
                }
                // It has all places, and fills the queue.
                while counts.withLock({ $0["noisy"]?.refused ?? 0 }) == 0, !Task.isCancelled { await Task.yield() }
                try await withThrowingTaskGroup { group in
                    for tenant in Self.quiet {
                        group.addTask { for _ in 0..<5 { try await ask(as: tenant) } }
                    }
                    try await group.waitForAll()
                }
                isOver.withLock { $0 = true }
                try await noise.waitForAll()
            }
            let found = counts.withLock { $0 }
            for tenant in Self.quiet { #expect(found[tenant] == Counts(answered: 5, refused: 0), "\(tenant)") }
            let noisy = try #require(found["noisy"])
            #expect(noisy.answered >= Self.places && noisy.refused > 0, "\(noisy)")
        }
    }
}
