import BelayCore
import BelayResilience

/// Counts every report, then passes it on outside the lock.
final class ReportCounter: Sendable {
    private let counted: Locked<GatewayStatistics>
    private let report: @Sendable (GatewayReport) -> Void

    init(paths: [ModelPath], report: @escaping @Sendable (GatewayReport) -> Void) {
        var statistics = GatewayStatistics()
        for path in paths { statistics.paths[path] = GatewayStatistics.Path() }
        self.counted = Locked(statistics)
        self.report = report
    }

    var statistics: GatewayStatistics { self.counted.withLock { $0 } }

    func record(_ report: GatewayReport) {
        self.counted.withLock { $0.count(report) }
        self.report(report)
    }
}
