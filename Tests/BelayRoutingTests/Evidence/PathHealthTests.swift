import BelayCore
import BelayResilience
import Testing

@testable import BelayRouting

struct PathHealthTests {
    private static func record(
        _ health: inout PathHealth, _ success: Double, usual: Double, at seconds: Int64 = 0
    )
        -> PathHealth.Change?
    {
        health.record(
            success: success, usual: usual, at: Timestamp(milliseconds: seconds * 1_000), age: 0,
            falseAlarmInterval: 10_000)
    }

    @Test(arguments: [(0.99, 3), (0.95, 4), (0.9, 5), (0.7, 10), (0.5, 17), (0.3, 34)])
    func failuresInARowSuspendAPathTheSoonerTheBetterItWas(usual: Double, failures: Int) {
        var health = PathHealth()
        for count in 1..<failures {
            #expect(Self.record(&health, 0, usual: usual) == nil, "after \(count) failures")
        }
        #expect(Self.record(&health, 0, usual: usual) == .suspended)
        #expect(health.isSuspended)
    }

    @Test(arguments: [0.3, 0.7, 0.95])
    func aPathThatWorksAsUsualIsHardlyEverSuspended(usual: Double) {
        var random = SeededGenerator(seed: 21)
        var health = PathHealth()
        var alarms = 0
        for _ in 0..<100_000 {
            if Self.record(&health, random.nextUnit() < usual ? 1 : 0, usual: usual) == .suspended {
                alarms += 1
                health = PathHealth()
            }
        }
        // At most one in 10,000 on average: 10, and chance.
        #expect(alarms <= 20)
    }

    @Test func aSuspendedPathComesBackAfterThreeSuccesses() {
        var health = PathHealth()
        while Self.record(&health, 0, usual: 0.95, at: 100) == nil {}
        #expect(Self.record(&health, 1, usual: 0.5, at: 101) == nil)
        #expect(Self.record(&health, 1, usual: 0.5, at: 102) == nil)
        #expect(Self.record(&health, 1, usual: 0.5, at: 103) == .restored)
        #expect(!health.isSuspended)
    }

    @Test func whatWasSentBeforeTheFailureIsNoSignOfRecovery() {
        var health = PathHealth()
        while Self.record(&health, 0, usual: 0.95, at: 100) == nil {}
        for _ in 0..<20 { #expect(Self.record(&health, 1, usual: 0.5, at: 99) == nil) }
        #expect(health.isSuspended)
    }

    @Test func aPathThatSucceedsNowAndThenStaysSuspended() {
        var random = SeededGenerator(seed: 2)
        var health = PathHealth()
        while Self.record(&health, 0, usual: 0.95, at: 100) == nil {}
        for _ in 0..<1_000 {
            #expect(Self.record(&health, random.nextUnit() < 0.05 ? 1 : 0, usual: 0.5, at: 101) == nil)
        }
    }
}
