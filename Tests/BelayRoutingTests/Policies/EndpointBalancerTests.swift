import BelayResilience
import Testing

@testable import BelayRouting

struct EndpointBalancerTests {
    @Test func callsUnderWayPushOthersAway() throws {
        var balancer = EndpointBalancer(count: 4)
        var random = SeededGenerator(seed: 1)
        for _ in 0..<400 { balancer.began(try #require(balancer.choose(at: .origin, using: &random))) }
        // By chance alone the spread would be about ±17; the power of two choices keeps it within a few.
        for index in 0..<4 { #expect(abs(balancer.outstanding(at: index) - 100) <= 4) }
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func aSlowEndpointGetsFewerCalls(seed: UInt64) throws {
        var balancer = EndpointBalancer(count: 3)
        var random = SeededGenerator(seed: seed)
        var counts = [0, 0, 0]
        for call in 0..<600 {
            let now = Moment.milliseconds(Int64(call) * 10)
            let index = try #require(balancer.choose(at: now, using: &random))
            counts[index] += 1
            balancer.began(index)
            balancer.ended(index, after: .milliseconds(index == 1 ? 2_000 : 100), succeeded: true, at: now)
        }
        #expect(counts[1] < 60, "seed \(seed): \(counts)")
        #expect(counts[1] >= 1)
    }

    @Test func failingFastIsNotBeingFast() throws {
        var balancer = EndpointBalancer(count: 2)
        var random = SeededGenerator(seed: 3)
        for index in 0..<2 {
            balancer.began(index)
            balancer.ended(
                index, after: .milliseconds(index == 0 ? 1 : 800), succeeded: index == 1, at: .seconds(1))
        }
        for _ in 0..<50 { #expect(balancer.choose(at: .seconds(1), using: &random) == 1) }
    }

    @Test func anEndpointThatWasSlowIsTriedAgainLater() {
        var balancer = EndpointBalancer(count: 2)
        var random = SeededGenerator(seed: 3)
        balancer.began(0)
        balancer.ended(0, after: .seconds(5), succeeded: true, at: .seconds(1))
        balancer.began(1)
        balancer.ended(1, after: .milliseconds(500), succeeded: true, at: .seconds(60))
        #expect(balancer.choose(at: .seconds(60), using: &random) == 0)
    }

    @Test func anExecutionStaysWhereItsCacheIsUnlessItIsBusyThere() {
        var balancer = EndpointBalancer(count: 3)
        var random = SeededGenerator(seed: 5)
        for index in 0..<3 {
            balancer.began(index)
            balancer.ended(index, after: .seconds(1), succeeded: true, at: .origin)
        }
        balancer.began(0)
        for _ in 0..<20 { #expect(balancer.choose(sticky: 0, at: .origin, using: &random) != 0) }
        for _ in 0..<20 {
            #expect(balancer.choose(sticky: 0, cacheDiscount: 0.6, at: .origin, using: &random) == 0)
        }
        for _ in 0..<5 { balancer.began(0) }
        for _ in 0..<20 {
            #expect(balancer.choose(sticky: 0, cacheDiscount: 0.6, at: .origin, using: &random) != 0)
        }
    }

    @Test func onlyAvailableEndpointsAreChosen() {
        let balancer = EndpointBalancer(count: 3)
        var random = SeededGenerator(seed: 1)
        for _ in 0..<50 {
            #expect(balancer.choose(sticky: 0, cacheDiscount: 1, at: .origin, using: &random) { $0 == 2 } == 2)
        }
        #expect(balancer.choose(at: .origin, using: &random) { _ in false } == nil)
    }
}
