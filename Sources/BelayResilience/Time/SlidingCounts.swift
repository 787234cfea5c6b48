/// Two counters over the recent past, in ten slices of the window: bounded memory whatever the load.
///
/// What is counted leaves between 90 % and 100 % of the window later, a slice at a time.
struct SlidingCounts: Sendable, Hashable {
    private static let slices = 10

    private let sliceWidth: Duration
    private var first = [Int](repeating: 0, count: Self.slices)
    private var second = [Int](repeating: 0, count: Self.slices)
    private var latestSlice = 0

    init(window: Duration) {
        precondition(window > .zero, "A window of \(window) holds nothing; make it longer than zero.")
        self.sliceWidth = window / Self.slices
    }

    mutating func add(first: Int = 0, second: Int = 0, at now: Moment) {
        self.expire(at: now)
        self.first[self.latestSlice % Self.slices] += first
        self.second[self.latestSlice % Self.slices] += second
    }

    func totals(at now: Moment) -> (first: Int, second: Int) {
        let present = max(self.slice(of: now), self.latestSlice)
        let oldest = max(0, present - Self.slices + 1)
        guard oldest <= self.latestSlice else { return (0, 0) }
        return (oldest...self.latestSlice).reduce(into: (0, 0)) { totals, slice in
            totals.0 += self.first[slice % Self.slices]
            totals.1 += self.second[slice % Self.slices]
        }
    }

    /// Clears the slices between the last one used and the present one. A moment from before the last slice, read by
    /// a task that came late to the lock, counts into the last.
    private mutating func expire(at now: Moment) {
        let slice = self.slice(of: now)
        guard slice > self.latestSlice else { return }
        for stale in 1...min(slice - self.latestSlice, Self.slices) {
            let index = (self.latestSlice + stale) % Self.slices
            self.first[index] = 0
            self.second[index] = 0
        }
        self.latestSlice = slice
    }

    private func slice(of now: Moment) -> Int {
        Int((now.offset / self.sliceWidth).rounded(.down))
    }
}
