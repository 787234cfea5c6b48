import Testing

@testable import BelayServer

struct StartOrderTests {
    private static let ada = StartOrder.Subject(rate: "per-user", tenant: "t", name: "ada")
    private static let bob = StartOrder.Subject(rate: "per-user", tenant: "t", name: "bob")
    private static let all = StartOrder.Subject(rate: "all", tenant: "", name: "")

    /// Those whose turn it is, each asked once.
    private static func turns(_ tickets: UInt64..., in order: inout StartOrder) -> [UInt64] {
        tickets.filter { order.isTurn(of: $0) }
    }

    @Test func whoComesLaterWaitsForTheSame() {
        var order = StartOrder()
        #expect(order.obstacle(to: [Self.ada, Self.all]) == nil)
        let first = order.join([Self.ada, Self.all], of: "t", behind: Self.ada)
        #expect(order.obstacle(to: [Self.all, Self.ada]) == Self.ada)
        #expect(order.obstacle(to: [Self.bob, Self.all]) == nil)
        let second = order.join([Self.ada, Self.all], of: "t", behind: Self.ada)
        let turns = Self.turns(first, second, in: &order)
        #expect(turns == [first] && order.next(in: Self.ada) == first)
        order.leave(first)
        let later = Self.turns(first, second, in: &order)
        #expect(later == [second] && order.obstacle(of: first) == nil)
        order.leave(second)
        #expect(order.next(in: Self.ada) == nil && order.obstacle(to: [Self.ada]) == nil && order.count == 0)
    }

    @Test func whoseTurnItIsStandsBehindThoseWhoCameBefore() {
        var order = StartOrder()
        let first = order.join([Self.ada], of: "t", behind: Self.ada)
        let second = order.join([Self.ada, Self.all], of: "t", behind: Self.all)
        let turns = Self.turns(second, in: &order)
        #expect(turns.isEmpty && order.obstacle(of: second) == Self.ada)
        #expect(order.next(in: Self.all) == nil && order.next(in: Self.ada) == first)
        order.leave(first)
        let later = Self.turns(second, in: &order)
        #expect(later == [second])
    }

    @Test func whoGoesFromLineToLineKeepsItsPlaceAndPassesEachOnce() {
        var order = StartOrder()
        let first = order.join([Self.ada, Self.all], of: "t", behind: Self.all)
        let second = order.join([Self.ada], of: "t", behind: Self.ada)
        let third = order.join([Self.ada, Self.all], of: "t", behind: Self.all)
        let turns = Self.turns(first, second, in: &order)
        #expect(turns == [first] && order.obstacle(of: first) == Self.ada)
        // By now it is in the way for all.
        order.move(first, to: Self.all)
        let later = Self.turns(first, second, third, in: &order)
        #expect(later == [first, second] && order.obstacle(of: first) == Self.all)
    }

    @Test func tenantsTakeTurnsInALine() {
        var order = StartOrder()
        var tenants: [UInt64: String] = [:]
        for tenant in ["a", "a", "a", "b", "c", "b"] {
            tenants[order.join([Self.all], of: tenant, behind: Self.all)] = tenant
        }
        var served: [String] = []
        while let next = order.next(in: Self.all) {
            served.append(tenants[next] ?? "")
            order.leave(next, hasStarted: true)
        }
        #expect(served == ["a", "b", "c", "a", "b", "a"])
    }

    @Test func whoGivesUpTakesNoTurnOfItsTenant() {
        var order = StartOrder()
        let tickets = ["a", "a", "b"].map { order.join([Self.all], of: $0, behind: Self.all) }
        order.leave(tickets[0])
        #expect(order.next(in: Self.all) == tickets[1])
    }

    @Test func theNewestOfTheTenantThatHasMostMakesRoom() {
        var order = StartOrder()
        let tickets = ["a", "a", "b", "a"].map { order.join([Self.all], of: $0, behind: Self.all) }
        let first = ["a", "b"].map { order.makeRoom(for: $0) }
        #expect(first == [nil, tickets[3]])
        order.leave(tickets[3])
        let second = ["b", "c"].map { order.makeRoom(for: $0) }
        #expect(second == [nil, tickets[1]] && order.count == 3)
    }

    @Test func eachLineOfARateHasOneWhoseTurnItIs() {
        var order = StartOrder()
        let first = order.join([Self.ada], of: "t", behind: Self.ada)
        let second = order.join([Self.bob], of: "t", behind: Self.bob)
        _ = order.join([Self.bob], of: "t", behind: Self.bob)
        _ = order.join([Self.all], of: "t", behind: Self.all)
        #expect(Set(order.next(under: "per-user")) == [first, second])
    }
}
