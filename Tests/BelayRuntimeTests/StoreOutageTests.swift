import BelayResilience
import Testing

@testable import BelayRuntime

/// How often a store that fails is spoken of.
struct StoreOutageTests {
    @Test func atOnceThenOnceAMinuteWithACountThenWhenItIsOver() {
        var outage = StoreOutage()
        #expect(outage.worked() == nil)
        #expect(outage.failed("full", at: .seconds(10)) == .began)
        for half in 21...139 { #expect(outage.failed("full", at: .seconds(Double(half) / 2)) == nil) }
        #expect(outage.failed("still full", at: .seconds(70)) == .lasts(failures: 120))
        #expect(outage.reason == "still full")
        #expect(outage.since == .seconds(10))
        #expect(outage.failed("full", at: .seconds(71)) == nil)
        #expect(outage.worked() == .over(failures: 122))
        #expect(outage.worked() == nil)
        // Back within the minute: not said yet, but known.
        #expect(outage.failed("full", at: .seconds(72)) == nil)
        #expect(outage.since == .seconds(72))
        #expect(outage.failed("full", at: .seconds(130)) == .began)
        #expect(outage.failed("full", at: .seconds(190)) == .lasts(failures: 1))
    }
}
