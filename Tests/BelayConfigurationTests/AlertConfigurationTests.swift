import BelayCore
import BelayLedger
import Testing

@testable import BelayConfiguration

struct AlertConfigurationTests {
    private static let time = Timestamp(milliseconds: 1_767_225_600_000)

    @Test func withoutTheSectionTheDefaultsHold() throws {
        #expect(try Configuration.parse("{}").alerts.policy == AlertPolicy())
    }

    @Test func everyKeyGoesWhereItBelongs() throws {
        let text = """
            alerts:
              budgets: false
              call_cost: $0.25
              rate_days: 7
              rate_minimum_days: 3
              rate_floor: $10.00
              rate_factor: 4
              unknown_price: false
            """
        let policy = try Configuration.parse(text).alerts.policy
        let rate = SpendRate(days: 7, minimumDays: 3, floor: Money(nanoDollars: 10_000_000_000), factor: 4)
        let expected = AlertPolicy(
            budgets: false, callCost: Money(nanoDollars: 250_000_000), rate: rate, unknownPrice: false)
        #expect(policy == expected)
        #expect(try Configuration.parse("alerts: {spend_rate: false}").alerts.policy.rate == nil)
    }

    @Test(arguments: [
        ("call_cost: -1", "alerts.call_cost"), ("rate_days: 1", "alerts.rate_days"), ("rate_days: 3", "alerts"),
        ("rate_factor: many", "alerts.rate_factor"), ("rate_floor: 5 EUR", "alerts.rate_floor"), ("mail: x", "mail"),
    ])
    func whatIsWrongIsSaidWithItsPlace(line: String, key: String) {
        let found = problems("alerts:\n  \(line)\n")
        #expect(found.count == 1 && found[0].hasPrefix("belay.yaml:2:") && found[0].contains(key), "\(found)")
    }

    @Test func eachKindHasItsLine() {
        let recorder = LogRecorder()
        let log = LedgerLog(logger: recorder.logger())
        let dollar = Money(nanoDollars: 1_000_000_000)
        let key = AccountKey(budget: "customer-day", tenant: "t", subject: "acme", period: Self.time, unit: .money)
        let standing = AccountStanding(
            number: 1, key: key, limit: 5_000_000_000, settled: 4_000_000_000, reserved: 0)
        let kinds: [(Alert.Kind, String)] = [
            (.budget(standing), "acme"), (.call(cost: dollar, limit: Money(nanoDollars: 100_000_000)), "one/m"),
            (.rate(spent: dollar, usual: .zero, limit: .zero, days: 6), ""), (.unknownPrice, "one/m"),
        ]
        for (kind, subject) in kinds {
            log.record(.alert(Alert(kind, tenant: "t", subject: subject, period: Self.time, time: Self.time)))
        }
        #expect(recorder.lines.count == 4 && recorder.lines.allSatisfy { $0.hasPrefix("warning: ") })
        #expect(recorder.lines[0].contains("limit=$5.00 spent=$4.00 subject=acme tenant=t"), "\(recorder.lines)")
        #expect(recorder.lines[1].contains("cost=$1.00 limit=$0.10 model=one/m"), "\(recorder.lines)")
        #expect(recorder.lines[2].contains("days=6") && recorder.lines[3].contains("providers.one.prices"))
    }
}
