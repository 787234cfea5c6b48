/// Measured values of one kind.
struct Samples: Sendable {
    private(set) var values: [Double] = []

    init(_ values: [Double] = []) { self.values = values }

    mutating func append(_ value: Double) { self.values.append(value) }
    mutating func append(_ other: Samples) { self.values += other.values }

    var median: Double { self.percentile(50) }

    /// The smallest value that at least `percent` of all are not above.
    func percentile(_ percent: Double) -> Double {
        precondition(!self.values.isEmpty, "nothing was measured")
        let sorted = self.values.sorted()
        let rank = Int((percent / 100 * Double(sorted.count)).rounded(.up))
        return sorted[min(max(rank, 1), sorted.count) - 1]
    }
}
