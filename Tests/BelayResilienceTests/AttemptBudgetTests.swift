import BelayResilience
import Testing

struct AttemptBudgetTests {
    @Test func attemptsAreTakenUntilNoneIsLeft() throws {
        var budget = AttemptBudget(maxAttempts: 2, total: .seconds(60), startingAt: .seconds(100))
        try budget.take(at: .seconds(100))
        try budget.take(at: .seconds(110))
        #expect(budget.attemptsLeft == 0)
        #expect(throws: AttemptBudget.Exhausted.attempts) { try budget.take(at: .seconds(111)) }
        #expect(budget.attempts == 2)
    }

    @Test func noAttemptStartsOnceTheTimeIsOver() throws {
        var budget = AttemptBudget(maxAttempts: 9, total: .seconds(60), startingAt: .seconds(100))
        try budget.take(at: .seconds(159))
        #expect(budget.timeLeft(at: .seconds(159)) == .seconds(1))
        #expect(budget.exhausted(at: .seconds(160)) == .time)
        #expect(throws: AttemptBudget.Exhausted.time) { try budget.take(at: .seconds(160)) }
        #expect(budget.timeLeft(at: .seconds(200)) == .zero)
    }
}
