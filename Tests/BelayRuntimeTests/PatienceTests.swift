import BelayCore
import Testing

@testable import BelayRuntime

struct PatienceTests {
    @Test func pausesGrowWithTheTimeSpentAndEnd() {
        let due = Timestamp(milliseconds: 1_000_000)
        let patience = Patience(limit: .seconds(1_000))
        var now = due
        var pauses: [Int64] = []
        while let next = patience.nextTry(since: due, now: now) {
            pauses.append(now.duration(to: next).milliseconds / 1_000)
            now = next
        }
        #expect(pauses == [30, 30, 60, 120, 240, 300, 220])
    }

    @Test func withoutPatienceThereIsNoSecondTry() {
        let now = Timestamp(milliseconds: 5)
        #expect(Patience(limit: .zero).nextTry(since: now, now: now) == nil)
    }
}
