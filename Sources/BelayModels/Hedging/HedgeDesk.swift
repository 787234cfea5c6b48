import BelayCore
import BelayResilience

/// What the calls of one route share that may be hedged: how long its paths take, and how many second attempts are left.
final class HedgeDesk: Sendable {
    private struct Key: Hashable, Sendable {
        let path: ModelPath
        let isStreamed: Bool
    }

    private let hedge: Hedge
    private let budget: RetryBudget
    /// As many as the route has paths, twice.
    private let latencies = Locked<[Key: RecentLatencies]>([:])

    init(_ hedge: Hedge, clock: Timekeeper) {
        self.hedge = hedge
        self.budget = RetryBudget(
            policy: RetryBudgetPolicy(ratio: hedge.share, minimumPerSecond: 1.0 / 60, window: .seconds(60)),
            clock: clock)
    }

    /// Counts a call that may be hedged.
    func deposit() { self.budget.deposit() }

    /// Takes one second attempt; false when the share is used up.
    func withdraw() -> Bool { self.budget.withdraw() }

    /// After how long a second attempt is due; nil while nobody knows.
    func delay(on path: ModelPath, isStreamed: Bool) -> Duration? {
        switch self.hedge.delay {
        case .after(let delay): delay
        case .percentile(let share):
            self.latencies.withLock { $0[Key(path: path, isStreamed: isStreamed)]?.quantile(share) }
        }
    }

    /// - Parameter latency: To the first output of a stream, else to the answer.
    func record(_ latency: Duration, on path: ModelPath, isStreamed: Bool) {
        guard case .percentile = self.hedge.delay else { return }
        self.latencies.withLock {
            $0[Key(path: path, isStreamed: isStreamed), default: RecentLatencies()].record(latency)
        }
    }
}

/// The latest latencies of one path.
struct RecentLatencies: Sendable, Hashable {
    private static let most = 128
    private static let least = 20

    private var values: [Duration] = []
    private var next = 0

    mutating func record(_ latency: Duration) {
        if self.values.count < Self.most { self.values.append(latency) } else { self.values[self.next] = latency }
        self.next = (self.next + 1) % Self.most
    }

    /// The least value that this share of them doesn't exceed (nearest rank); nil with fewer than 20.
    func quantile(_ share: Double) -> Duration? {
        guard self.values.count >= Self.least else { return nil }
        let rank = Int((share * Double(self.values.count)).rounded(.up))
        return self.values.sorted()[min(max(rank, 1), self.values.count) - 1]
    }
}
