import BelayResilience
import BelayTesting
import Testing

struct BulkheadQueueTests {
    @Test func runsUpToItsLimitThenQueuesThenTurnsAway() {
        var queue = BulkheadQueue(limit: 2, maxWaiting: 2)
        let entries = (1...5).map { queue.enter($0) }
        #expect(
            entries == [
                .run, .run, .wait(insteadOf: nil), .wait(insteadOf: nil), .full(retryAfter: .seconds(1.5)),
            ])
        #expect(queue.running == 2 && queue.waiting == 2)
    }

    @Test func aFreePlaceGoesToWhoeverHasWaitedLongest() {
        var queue = BulkheadQueue(limit: 1, maxWaiting: 9)
        for ticket in 1...4 as ClosedRange<UInt64> { _ = queue.enter(ticket) }
        let abandoned = (queue.abandon(2), queue.abandon(2), queue.abandon(1))
        #expect(abandoned == (true, false, false))
        let next = (0..<3).map { _ in queue.leave(after: .seconds(1)) }
        #expect(next == [3, 4, nil])
        #expect(queue.running == 0)
    }

    @Test func aLargerLimitLetsThoseInWhoWaitedLongest() {
        var queue = BulkheadQueue(limit: 1, maxWaiting: 9)
        for ticket in 1...5 as ClosedRange<UInt64> { _ = queue.enter(ticket) }
        let started = queue.resize(to: 3)
        #expect(started == [2, 3] && queue.running == 3 && queue.waiting == 2)
        #expect(queue.resize(to: 3) == [])
    }

    @Test func aSmallerLimitStopsNobodyAndStartsNobodyUntilThereIsRoom() {
        var queue = BulkheadQueue(limit: 4, maxWaiting: 9)
        for ticket in 1...6 as ClosedRange<UInt64> { _ = queue.enter(ticket) }
        #expect(queue.resize(to: 2) == [])
        let next = (0..<4).map { _ in queue.leave(after: .seconds(1)) }
        #expect(next == [nil, nil, 5, 6], "two leave without a successor")
        #expect(queue.running == 2)
    }

    @Test func suggestsToComeBackWhenThoseWhoWaitHaveStarted() {
        var queue = BulkheadQueue(limit: 1, maxWaiting: 1)
        for _ in 0..<100 {
            _ = queue.enter(1)
            _ = queue.leave(after: .seconds(10))
        }
        _ = [queue.enter(1), queue.enter(2)]
        guard case .full(let wait) = queue.enter(3) else {
            Issue.record("The queue is full.")
            return
        }
        #expect(wait > .seconds(19) && wait <= .seconds(20))
    }

    @Test func aFreePlaceGoesToTheTenantThatHasFewestRunning() {
        var queue = BulkheadQueue(limit: 4, maxWaiting: 9)
        for ticket in 1...6 as ClosedRange<UInt64> { _ = queue.enter(ticket, of: "noisy") }
        for ticket in 7...9 as ClosedRange<UInt64> { _ = queue.enter(ticket, of: "quiet") }
        let first = [
            queue.leave(after: .seconds(1), of: "noisy"), queue.leave(after: .seconds(1), of: "noisy"),
            queue.leave(after: .seconds(1), of: "noisy"),
        ]
        // After two both have two places; when the noisy one gives up another, it has one and is next.
        #expect(first == [7, 8, 5])
        #expect(queue.leave(after: .seconds(1), of: "quiet") == 9)
    }

    @Test func ofTenantsThatHaveAsManyRunningEachHasItsTurn() {
        var queue = BulkheadQueue(limit: 1, maxWaiting: 9)
        _ = queue.enter(1, of: "a")
        for ticket in 2...5 as ClosedRange<UInt64> { _ = queue.enter(ticket, of: "a") }
        _ = [queue.enter(6, of: "b"), queue.enter(7, of: "b"), queue.enter(8, of: "c")]
        var (order, running): ([UInt64], String) = ([], "a")
        while let next = queue.leave(after: .seconds(1), of: running) {
            order.append(next)
            running = next <= 5 ? "a" : next <= 7 ? "b" : "c"
        }
        #expect(order == [2, 6, 8, 3, 7, 4, 5])
    }

    @Test func whoFillsTheQueueMakesRoomForOthers() {
        var queue = BulkheadQueue(limit: 1, maxWaiting: 4)
        for ticket in 1...5 as ClosedRange<UInt64> { _ = queue.enter(ticket, of: "noisy") }
        let entries = [
            queue.enter(6, of: "noisy"), queue.enter(7, of: "b"), queue.enter(8, of: "c"), queue.enter(9, of: "b"),
        ]
        // The noisy one has four waiting, then three, then two: as many as the second would have with one more.
        #expect(entries[1...2] == [.wait(insteadOf: 5), .wait(insteadOf: 4)])
        for refused in [entries[0], entries[3]] {
            guard case .full = refused else {
                Issue.record("\(refused) was not turned away")
                continue
            }
        }
        #expect(queue.waiting == 4)
    }

    @Test(arguments: 1...200 as ClosedRange<UInt64>)
    func holdsItsBoundsAndItsOrder(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var queue = BulkheadQueue(
            limit: .random(in: 1...4, using: &random), maxWaiting: .random(in: 0...5, using: &random))
        var running = 0
        var waiting: [UInt64] = []
        for ticket in 1...400 as ClosedRange<UInt64> {
            switch Int.random(in: 0..<4, using: &random) {
            case 0, 1:
                switch queue.enter(ticket) {
                case .run:
                    #expect(running < queue.limit && waiting.isEmpty)
                    running += 1
                case .wait(let leaving):
                    #expect(leaving == nil, "one tenant pushes nobody out")
                    #expect(running == queue.limit && waiting.count < queue.maxWaiting)
                    waiting.append(ticket)
                case .full(let wait):
                    #expect(waiting.count == queue.maxWaiting)
                    #expect(wait >= .seconds(1) && wait <= .seconds(60))
                }
            case 2 where running > 0:
                let next = queue.leave(after: .seconds(Int.random(in: 0...100, using: &random)))
                #expect(next == waiting.first)
                if waiting.isEmpty { running -= 1 } else { waiting.removeFirst() }
            default:
                guard let gone = waiting.randomElement(using: &random) else { continue }
                let left = queue.abandon(gone)
                #expect(left)
                waiting.removeAll { $0 == gone }
            }
            #expect(queue.running == running && queue.waiting == waiting.count)
        }
    }
}
