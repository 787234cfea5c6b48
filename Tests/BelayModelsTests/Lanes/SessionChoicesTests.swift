import BelayCore
import BelayResilience
import Testing

@testable import BelayModels

struct SessionChoicesTests {
    private static let choice = SessionChoices.Choice(path: ModelPath(provider: "a", model: "m"), endpoint: "1")

    private func key(_ session: Int, tenant: String = "default") throws -> SessionChoices.Key {
        var call = GatewayBench.call()
        call.caller.session = "session \(session)"
        call.tenant = tenant
        return try #require(SessionChoices.Key(call))
    }

    @Test func aCallOutsideOfSessionsHasNoKey() {
        #expect(SessionChoices.Key(GatewayBench.call()) == nil)
    }

    @Test func aChoiceLastsFromUseToUse() throws {
        var choices = SessionChoices(lifetime: .seconds(300))
        let key = try self.key(1)
        choices.answered(key, by: Self.choice, at: .origin)
        #expect(choices.choice(for: key, at: .seconds(299)) == Self.choice)
        choices.answered(key, by: Self.choice, at: .seconds(299))
        #expect(choices.choice(for: key, at: .seconds(598)) == Self.choice)
        #expect(choices.choice(for: key, at: .seconds(599)) == nil)
        #expect(choices.choice(for: try self.key(1, tenant: "other"), at: .seconds(300)) == nil)
    }

    @Test func itKeepsABoundedNumberAndForgetsTheLeastUsed() throws {
        var choices = SessionChoices(maxSessions: 100)
        let busy = try self.key(0)
        for session in 1...10_000 {
            choices.answered(try self.key(session), by: Self.choice, at: .origin)
            choices.answered(busy, by: Self.choice, at: .origin)
            #expect(choices.count <= 100)
        }
        #expect(choices.choice(for: busy, at: .origin) != nil)
        #expect(choices.choice(for: try self.key(1), at: .origin) == nil)
        #expect(choices.choice(for: try self.key(10_000), at: .origin) != nil)
    }
}

struct RendezvousTests {
    private func best(_ session: Int, of endpoints: [(String, Double)]) -> String {
        endpoints.max { left, right in
            Rendezvous.score("s\(session)", name: left.0, weight: left.1)
                < Rendezvous.score("s\(session)", name: right.0, weight: right.1)
        }?.0 ?? ""
    }

    @Test func sessionsSpreadByWeight() {
        let endpoints = [("1", 1.0), ("2", 1.0), ("3", 2.0)]
        var counts: [String: Int] = [:]
        for session in 0..<8_000 { counts[self.best(session, of: endpoints), default: 0] += 1 }
        for (name, weight) in endpoints {
            // 5 standard deviations of 8,000 draws.
            #expect(abs(Double(counts[name] ?? 0) - 2_000 * weight) < 5 * 45, "\(counts)")
        }
    }

    @Test func whenAnEndpointGoesOnlyItsSessionsMove() {
        let all = [("1", 1.0), ("2", 1.0), ("3", 1.0)]
        for session in 0..<1_000 where self.best(session, of: all) != "2" {
            #expect(self.best(session, of: [all[0], all[2]]) == self.best(session, of: all))
        }
    }
}
