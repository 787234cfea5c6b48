import BelayTesting
import Testing

@testable import BelayResilience

struct TurnQueueTests {
    /// The same decisions by looking at everything.
    private struct Plain {
        struct Waiter: Equatable {
            var ticket: UInt64
            var tenant: String
        }

        var waiting: [Waiter] = []
        var held: [String: Int] = [:]
        /// When each tenant that waits came or had its last turn.
        var places: [String: Int] = [:]
        private var steps = 0

        func line(of tenant: String) -> [Waiter] { self.waiting.filter { $0.tenant == tenant } }

        mutating func append(_ ticket: UInt64, of tenant: String) {
            self.steps += 1
            if self.line(of: tenant).isEmpty { self.places[tenant] = self.steps }
            self.waiting.append(Waiter(ticket: ticket, tenant: tenant))
        }

        mutating func removeNext() -> Waiter? {
            self.steps += 1
            let tenant = Set(self.waiting.map(\.tenant)).min {
                (self.held[$0] ?? 0, self.places[$0] ?? 0) < (self.held[$1] ?? 0, self.places[$1] ?? 0)
            }
            guard let tenant, let next = self.line(of: tenant).first else { return nil }
            self.waiting.removeAll { $0 == next }
            self.places[tenant] = self.steps
            return next
        }
    }

    @Test(arguments: 1...100 as ClosedRange<UInt64>)
    func whoIsInsertedStandsBeforeItsTenantsHigherTickets(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var queue = TurnQueue()
        let tickets = (1...20 as ClosedRange<UInt64>).shuffled(using: &random)
        for ticket in tickets { queue.insert(ticket, of: ticket.isMultiple(of: 2) ? "a" : "b") }
        let left = UInt64.random(in: 1...20, using: &random)
        #expect(queue.remove(left) && queue.count == 19)
        var served: [String: [UInt64]] = [:]
        while let next = queue.next {
            let turn = queue.removeNext()
            #expect(turn?.ticket == next, "seed \(seed)")
            served[turn?.tenant ?? "", default: []].append(next)
        }
        let expected = (1...20 as ClosedRange<UInt64>).filter { $0 != left }
        #expect(served["a"] == expected.filter { $0.isMultiple(of: 2) }, "seed \(seed)")
        #expect(served["b"] == expected.filter { !$0.isMultiple(of: 2) }, "seed \(seed)")
    }

    private static let tenants = ["a", "b", "c", "d", "e"]

    @Test(arguments: 1...200 as ClosedRange<UInt64>)
    func decidesAsOneThatLooksAtEverything(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var (queue, plain) = (TurnQueue(), Plain())
        for ticket in 1...400 as ClosedRange<UInt64> {
            let tenant = try #require(Self.tenants.randomElement(using: &random))
            switch Int.random(in: 0..<8, using: &random) {
            case 0...3:
                queue.append(ticket, of: tenant)
                plain.append(ticket, of: tenant)
            case 4:
                let next = queue.removeNext()
                let expected = plain.removeNext()
                #expect(next?.ticket == expected?.ticket && next?.tenant == expected?.tenant)
            case 5:
                guard let gone = plain.waiting.randomElement(using: &random) else { continue }
                plain.waiting.removeAll { $0 == gone }
                let (first, second) = (queue.remove(gone.ticket), queue.remove(gone.ticket))
                #expect(first && !second)
            case 6:
                let change = plain.held[tenant, default: 0] > 0 && Bool.random(using: &random) ? -1 : 1
                plain.held[tenant, default: 0] += change
                queue.hold(change, by: tenant)
            default:
                let longest = Self.tenants.map { plain.line(of: $0).count }.max() ?? 0
                let leaving = queue.makeRoom(for: tenant)
                #expect((leaving != nil) == (plain.line(of: tenant).count + 1 < longest))
                guard let leaving, let owner = plain.waiting.first(where: { $0.ticket == leaving })?.tenant else {
                    continue
                }
                let line = plain.line(of: owner)
                #expect(line.count == longest && line.last?.ticket == leaving, "the newest of the longest line")
                plain.waiting.removeAll { $0.ticket == leaving }
            }
            #expect(queue.count == plain.waiting.count)
        }
    }

    /// Calls come and go at random; whoever has nothing running waits for one turn of each other, whatever those do.
    @Test(arguments: 1...200 as ClosedRange<UInt64>)
    func nobodyWaitsForMoreThanATurnOfEachOther(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let limit = Int.random(in: 1...6, using: &random)
        var queue = BulkheadQueue(limit: limit, maxWaiting: 40)
        var owners: [UInt64: String] = [:]
        var running: [UInt64] = []
        // Of a tenant that has nothing running and waits: who had a turn meanwhile.
        var turns: [String: [String]] = [:]
        func isIdle(_ tenant: String) -> Bool { !running.contains { owners[$0] == tenant } }
        for ticket in 1...600 as ClosedRange<UInt64> {
            if Int.random(in: 0..<3, using: &random) > 0 {
                // Half of all calls are of one.
                let tenant =
                    Bool.random(using: &random) ? "a" : try #require(Self.tenants.randomElement(using: &random))
                owners[ticket] = tenant
                switch queue.enter(ticket, of: tenant) {
                case .run: running.append(ticket)
                case .wait: if isIdle(tenant), turns[tenant] == nil { turns[tenant] = [] }
                case .full: continue
                }
                continue
            }
            guard let index = running.indices.randomElement(using: &random) else { continue }
            let left = running.remove(at: index)
            guard let next = queue.leave(after: .seconds(1), of: owners[left] ?? "") else { continue }
            let tenant = try #require(owners[next])
            turns[tenant] = nil
            for other in turns.keys { turns[other]?.append(tenant) }
            running.append(next)
            for (other, had) in turns {
                let idle = had.filter { $0 != other }
                #expect(Set(idle).count == idle.count, "\(other) waited for \(had) with \(limit) places")
            }
        }
    }

    @Test func oneThatComesAgainAndAgainDoesNotKeepTheOthersWaiting() {
        var queue = TurnQueue()
        for ticket in 1...3 as ClosedRange<UInt64> { queue.append(ticket, of: "patient") }
        var order: [String] = []
        for ticket in 11...16 as ClosedRange<UInt64> {
            queue.append(ticket, of: "restless")
            if let next = queue.removeNext() { order.append(next.tenant) }
        }
        #expect(order == ["patient", "restless", "patient", "restless", "patient", "restless"])
    }

    @Test func tellsHowManyGoBeforeANewcomer() {
        var queue = TurnQueue()
        #expect(queue.ahead(of: "a") == 0)
        for ticket in 1...10 as ClosedRange<UInt64> { queue.append(ticket, of: "a") }
        #expect(queue.ahead(of: "a") == 10 && queue.ahead(of: "b") == 1)
        queue.append(11, of: "b")
        #expect(queue.ahead(of: "b") == 3 && queue.ahead(of: "c") == 2)
    }
}
