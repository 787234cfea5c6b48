import Testing

@testable import BelayServer

struct StartOrderTests {
    private static let ada = StartOrder.Subject(rate: "per-user", tenant: "t", name: "ada")
    private static let bob = StartOrder.Subject(rate: "per-user", tenant: "t", name: "bob")
    private static let all = StartOrder.Subject(rate: "all", tenant: "", name: "")

    @Test func whoComesLaterWaitsForTheSame() {
        var order = StartOrder()
        let first = order.join([Self.ada, Self.all])
        let second = order.join([Self.ada, Self.all])
        let third = order.join([Self.bob, Self.all])
        // Nobody was refused yet.
        #expect(order.next == [first, second, third] && order.waiting == 0)
        order.wait(first, for: Self.ada)
        #expect(order.obstacle(to: first) == nil && order.obstacle(to: second) == Self.ada)
        #expect(order.obstacle(to: third) == nil && order.next == [first, third])
        order.wait(second, for: Self.ada)
        #expect(order.waiting == 2 && order.obstacle(of: second) == Self.ada)
        order.leave(first)
        #expect(order.obstacle(to: second) == nil && order.next == [second, third])
    }

    @Test func whatIsInTheWayOfOneIsInTheWayOfThoseBehindIt() {
        var order = StartOrder()
        let first = order.join([Self.ada, Self.all])
        let second = order.join([Self.bob, Self.all])
        let third = order.join([Self.ada])
        order.wait(first, for: Self.all)
        #expect(order.next == [first, third] && order.obstacle(to: second) == Self.all)
        // By now it is something else.
        order.wait(first, for: Self.ada)
        #expect(order.next == [first, second] && order.obstacle(to: third) == Self.ada)
    }
}
