/// All outcomes of a list from old to new, though lists run from new to old.
///
/// The list is walked twice, so that two pages at most are in memory, with one place for each other page.
package struct OutcomesInOrder {
    /// Reads the page before a place, from new to old; without a place that of the newest.
    package typealias Page = (_ before: OutcomePlace?) async throws -> [CallOutcome]

    private let pageSize: Int
    private let page: Page

    /// - Parameter pageSize: How many `page` gives at most, at least 1. With fewer the list is at its end.
    package init(pageSize: Int = 1_000, page: @escaping Page) {
        self.pageSize = pageSize
        self.page = page
    }

    /// What comes to the list meanwhile is left out; what is forgotten meanwhile may be.
    package func forEach(_ body: (CallOutcome) throws -> Void) async throws {
        let newest = try await self.page(nil)
        let ends = try await self.ends(from: newest)
        for (start, end) in zip(ends, ends.dropFirst()).reversed() {
            let found = try await self.page(start)
            // Where older ones were forgotten, the page reaches into the next.
            for outcome in found.reversed() where outcome.place >= end { try body(outcome) }
        }
        for outcome in newest.reversed() { try body(outcome) }
    }

    /// The place of the last outcome of each page.
    private func ends(from newest: [CallOutcome]) async throws -> [OutcomePlace] {
        var ends: [OutcomePlace] = []
        var found = newest
        while let last = found.last {
            ends.append(last.place)
            if found.count < self.pageSize { break }
            found = try await self.page(last.place)
        }
        return ends
    }
}
