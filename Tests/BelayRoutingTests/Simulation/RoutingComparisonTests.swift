import Foundation
import Testing

@testable import BelayRouting

struct RoutingComparisonTests {
    /// `ROUTING_SEEDS=20 swift test --filter RoutingComparisonTests` prints the table of docs/routing.md.
    @Test func everyPolicyStandsInEverySection() {
        let seeds = ProcessInfo.processInfo.environment["ROUTING_SEEDS"].flatMap { Int($0) }
        let comparison = RoutingComparison(seeds: seeds ?? 1, calls: seeds == nil ? 1_000 : 10_000)
        #expect(comparison.sections.count == 8)
        for section in comparison.sections {
            #expect(
                section.rows.map(\.policy)
                    == ["oracle", "best fixed path", "static order", "uniform", "epsilon-greedy", "thompson"])
            #expect(comparison.table.contains(section.name))
        }
        if seeds != nil { print(comparison.table) }
    }
}
