import BelayJSON
import Testing

@testable import BelayCore

struct ToolCostTests {
    private static let most = Money(nanoDollars: 20_000_000)
    private static let cost = ToolCost(Self.most, reported: "/cost/usd")

    private static func known(_ nanoDollars: Int64, _ anomaly: ToolCostAnomaly? = nil) -> ToolBill {
        ToolBill(Money(nanoDollars: nanoDollars), anomaly: anomaly)
    }

    /// What isn't told, or can't be, is the most that was reserved.
    private static func reserved(_ anomaly: ToolCostAnomaly) -> ToolBill {
        ToolBill(Self.most, isEstimate: true, anomaly: anomaly)
    }

    @Test func aFixedCostIsTheSameWhateverTheResultSays() {
        let cost = ToolCost(Self.most)
        for output in ["", "found", #"{"cost": {"usd": 7}}"#] {
            #expect(cost.bill(for: output) == Self.known(20_000_000))
        }
        #expect(cost.doubtful == ToolBill(Self.most, isEstimate: true))
        #expect(cost.doubtful.cost == .estimated(Self.most) && ToolBill(Self.most).cost == .known(Self.most))
    }

    @Test(arguments: [
        (#"{"cost": {"usd": 0.005}}"#, Self.known(5_000_000)),
        (#"{"cost": {"usd": 0.000000001}}"#, Self.known(1)),
        // Less than a nano-dollar is one.
        (#"{"cost": {"usd": 0.0000000001}}"#, Self.known(1)),
        (#"{"cost": {"usd": 0.0050000001}}"#, Self.known(5_000_001)),
        (#"{"cost": {"usd": 5e-3}}"#, Self.known(5_000_000)),
        // Said to be free it is free.
        (#"{"cost": {"usd": 0}}"#, Self.known(0)), (#"{"cost": {"usd": -0.0}}"#, Self.known(0)),
        (#"{"cost": {"usd": "0.005"}}"#, Self.known(5_000_000, .text)),
        (#"{"cost": {"usd": "$0.005"}}"#, Self.known(5_000_000, .text)),
        (#"{"cost": {"usd": 0.02}}"#, Self.known(20_000_000)),
        (#"{"cost": {"usd": 0.020000001}}"#, Self.known(20_000_001, .aboveMost)),
        (#"{"cost": {"usd": 1000}}"#, Self.known(1_000_000_000_000, .aboveMost)),
        (#"{"cost": {"usd": 1000.000000001}}"#, Self.reserved(.absurd)),
        (#"{"cost": {"usd": 1e400}}"#, Self.reserved(.absurd)),
        (#"{"cost": {"usd": 99999999999999999999}}"#, Self.reserved(.absurd)),
        (#"{"cost": {"usd": -0.005}}"#, Self.reserved(.negative)),
        (#"{"cost": {"usd": -7}}"#, Self.reserved(.negative)),
        (#"{"cost": {"usd": "-1"}}"#, Self.reserved(.negative)),
        (#"{"cost": {"usd": null}}"#, Self.reserved(.missing)), (#"{"cost": 7}"#, Self.reserved(.missing)),
        ("{}", Self.reserved(.missing)), ("[]", Self.reserved(.missing)), ("7", Self.reserved(.missing)),
        (#"{"cost": {"usd": true}}"#, Self.reserved(.unreadable)),
        (#"{"cost": {"usd": 0.009, "usd": 0.001}}"#, Self.reserved(.unreadable)),
        (#"{"cost": {"usd": {}}}"#, Self.reserved(.unreadable)),
        (#"{"cost": {"usd": []}}"#, Self.reserved(.unreadable)),
        (#"{"cost": {"usd": "nothing"}}"#, Self.reserved(.unreadable)),
        (#"{"cost": {"usd": "NaN"}}"#, Self.reserved(.unreadable)),
        (#"{"cost": {"usd": ""}}"#, Self.reserved(.unreadable)),
        (#"{"cost": {"usd": NaN}}"#, Self.reserved(.unreadable)), ("found", Self.reserved(.unreadable)),
        ("", Self.reserved(.unreadable)),
    ])
    func whatIsToldIsNeverFreeBySilence(_ output: String, _ bill: ToolBill) {
        #expect(Self.cost.bill(for: output) == bill)
    }

    @Test func aListIsLookedIntoToo() {
        let cost = ToolCost(Self.most, reported: "/usage/1")
        #expect(cost.bill(for: #"{"usage": ["tokens", 0.003]}"#) == Self.known(3_000_000))
    }

    @Test func whatCannotBeSaysWhy() {
        #expect(ToolCost(Money(nanoDollars: 1)).defect == nil && ToolCost(ToolCost.largest).defect == nil)
        #expect(ToolCost(Self.most, reported: "/a~1b/0").defect == nil)
        for money in [Money.zero, Money(nanoDollars: -1), ToolCost.largest + Money(nanoDollars: 1)] {
            #expect(ToolCost(money).defect?.contains("more than $0 and at most $1000.00") == true)
        }
        for pointer in ["", "cost", "/a~2"] {
            #expect(ToolCost(Self.most, reported: pointer).defect?.contains("no JSON Pointer") == true)
        }
    }
}
