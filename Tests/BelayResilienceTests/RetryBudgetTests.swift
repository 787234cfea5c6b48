import BelayResilience
import BelayTesting
import Testing

@Suite(.timeLimit(.minutes(5)))
struct RetryBudgetTests {
    @Test func aQuietClientMayRetryAFewTimes() {
        var window = RetryBudgetWindow(policy: RetryBudgetPolicy(minimumPerSecond: 0.3))
        let granted = (0..<5).map { _ in window.withdraw(at: .seconds(1)) }
        #expect(granted == [true, true, true, false, false])
    }

    @Test func tenCallsPayForTwoRetries() {
        var window = RetryBudgetWindow(policy: RetryBudgetPolicy(minimumPerSecond: 0))
        for _ in 0..<10 { window.deposit(at: .seconds(1)) }
        let granted = (0..<3).map { _ in window.withdraw(at: .seconds(1)) }
        #expect(granted == [true, true, false])
    }

    @Test func whatWasCountedLeavesWithTheWindow() {
        var window = RetryBudgetWindow(policy: RetryBudgetPolicy(ratio: 1, minimumPerSecond: 0))
        window.deposit(at: .seconds(1))
        #expect(window.balance(at: .seconds(9)) == 1)
        #expect(window.balance(at: .seconds(11)) == 0)
        window.deposit(at: .seconds(12))
        let granted = window.withdraw(at: .seconds(12))
        #expect(granted)
        #expect(window.balance(at: .seconds(12)) == 0)
        #expect(window.balance(at: .seconds(1_000_000)) == 0)
    }

    @Test func ofASteadyStreamOnlyTheWindowCounts() {
        var window = RetryBudgetWindow(policy: RetryBudgetPolicy(ratio: 1, minimumPerSecond: 0))
        for second in 0..<100 {
            window.deposit(at: .seconds(Double(second)))
            #expect(window.balance(at: .seconds(Double(second))) == min(10, second + 1))
        }
    }

    @Test func timeThatSeemsToGoBackCountsIntoThePresent() {
        var window = RetryBudgetWindow(policy: RetryBudgetPolicy(ratio: 1, minimumPerSecond: 0))
        window.deposit(at: .seconds(50))
        window.deposit(at: .seconds(49))
        #expect(window.balance(at: .seconds(50)) == 2)
    }

    @Test(arguments: 1...50 as ClosedRange<UInt64>)
    func anOutageDoesNotMultiplyTheLoad(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var window = RetryBudgetWindow()
        var now = Moment.origin
        var calls = 0
        var retries = 0
        for _ in 0..<2_000 {
            now = now + .milliseconds(Int.random(in: 0...20, using: &random))
            calls += 1
            window.deposit(at: now)
            for _ in 0..<2 where window.withdraw(at: now) { retries += 1 }
        }
        // The reserve of 10 comes back at most once in nine tenths of the window.
        let reserves = 10 * (1 + now.offset / .seconds(9))
        #expect(Double(retries) <= 0.2 * Double(calls) * 10 / 9 + reserves)
        #expect(Double(retries) >= 0.2 * Double(calls), "The share that is allowed can be had.")
    }

    @Test func tasksThatShareABudgetGetNoMoreThanThereIs() async {
        let clock = ManualClock()
        let budget = RetryBudget(policy: RetryBudgetPolicy(ratio: 0.1, minimumPerSecond: 1), clock: clock)
        let granted = await withTaskGroup(of: Int.self) { group in
            for _ in 0..<50 {
                group.addTask {
                    for _ in 0..<20 { budget.deposit() }
                    return (0..<20).count { _ in budget.withdraw() }
                }
            }
            return await group.reduce(0, +)
        }
        #expect(granted + budget.balance == 110)
        clock.advance(by: .seconds(11))
        #expect(budget.balance == 10)
    }
}
