import BelayLedger
import BelayResilience
import Testing

@testable import BelayConfiguration

struct RateConfigurationTests {
    @Test func ratesAreReadAndAssembled() throws {
        let configuration = try Configuration.parse(
            """
            server: {keys: [12345678]}
            rates:
              per-user: {per: user, requests_per_minute: 60, burst: 10, tokens_per_minute: 100000, sessions_per_hour: 20}
              per-key: {per: key, concurrent_requests: 4, when_exceeded: queue, max_wait: 5s}
              per-agent: {per: agent, concurrent_executions: 25, when_exceeded: queue}
              daily: {per: customer, tokens_per_day: 2000000}
            """)
        #expect(
            configuration.rates.compactMap(\.policy) == [
                RatePolicy(
                    "per-user", per: .user, requests: .perMinute(60, burst: 10), tokens: .perMinute(100_000),
                    sessions: RateLimit(20, per: .seconds(3_600))),
                RatePolicy("per-key", per: .key, concurrent: 4, maxWait: .seconds(5)),
                RatePolicy("per-agent", per: .agent, executions: 25, maxWait: .seconds(10)),
            ])
        #expect(
            configuration.allBudgets == [
                .customerDay, Budget("rates-daily", per: .customer, period: .day, limit: .tokens(2_000_000)),
            ])
        #expect(try Configuration.parse("rates: {}").makeRateGate() == nil)
        #expect(try Configuration.parse("rates: {d: {per: user, tokens_per_day: 5}}").makeRateGate() == nil)
        let queued = try Configuration.parse("rates: {q: {per: user, requests_per_minute: 1, when_exceeded: queue}}")
        #expect(queued.rates.first?.policy?.maxWait == .seconds(10))
    }

    @Test(arguments: [
        ("{per: user, requests_per_minute: 0}", "requests_per_minute: expected whole number from 1 to 1000000000"),
        ("{per: user, requests_per_minute: -1}", "requests_per_minute: expected whole number from 1 to 1000000000"),
        ("{per: user, tokens_per_minute: .nan}", "tokens_per_minute: expected whole number from 1 to 1000000000000"),
        ("{per: user, tokens_per_day: 1000000000001}", "tokens_per_day: expected whole number from 1 to 1000000000000"),
        ("{per: user, sessions_per_hour: 1.5}", "sessions_per_hour: expected whole number from 1 to 1000000"),
        ("{per: user, concurrent_requests: many}", "concurrent_requests: expected whole number from 1 to 1000000"),
        (
            "{per: user, concurrent_executions: 10001}",
            "concurrent_executions: expected whole number from 1 to 10000"
        ),
        ("{per: user, request_per_minute: 5}", "request_per_minute: unknown key; did you mean 'requests_per_minute'?"),
        ("{per: users, requests_per_minute: 5}", "per: unknown value 'users'; did you mean 'user'?"),
        ("{requests_per_minute: 5}", "missing key 'per'"),
        ("{per: user}", "this rate limits nothing"),
        ("{per: user, tokens_per_minute: 5, burst: 2}", "burst: has no effect without 'requests_per_minute'"),
        (
            "{per: user, requests_per_minute: 5, max_wait: 1s}",
            "max_wait: has no effect without 'when_exceeded: queue'"
        ),
        (
            "{per: user, requests_per_minute: 5, when_exceeded: queue, max_wait: 11m}",
            "max_wait: expected a duration from 1ms to 600s"
        ),
        ("{per: key, tokens_per_day: 5}", "tokens_per_day: budgets don't count keys"),
        (
            "{per: user, tokens_per_day: 5, when_exceeded: queue}",
            "when_exceeded: has no effect on 'tokens_per_day'"
        ),
    ])
    func whatCannotBeIsRefusedWithItsPlace(_ rate: String, _ problem: String) {
        let found = problems("rates:\n  app: \(rate)\nserver: {keys: [12345678]}")
        #expect(found.count == 1, "\(found)")
        #expect(
            found.first?.hasPrefix("belay.yaml:2:") == true && found.first?.contains("rates.app") == true, "\(found)")
        #expect(found.first?.contains(problem) == true, "\(found)")
    }

    @Test func aRatePerKeyNeedsKeys() {
        let found = problems("rates:\n  app: {per: key, requests_per_minute: 5}")
        #expect(
            found.count == 1 && found.first?.contains("per: has no effect without 'server.keys'") == true, "\(found)")
    }

    @Test func aDaysTokensNeedANameOfTheirOwnAmongBudgets() {
        let found = problems(
            "budgets: {rates-app: {per: user, limit: $1}}\nrates: {app: {per: user, tokens_per_day: 5}}")
        #expect(found.count == 1 && found.first?.contains("'budgets' has another one of this name") == true, "\(found)")
    }
}
