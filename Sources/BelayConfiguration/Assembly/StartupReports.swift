import Belay
import BelayResilience

/// Keeps what MCP servers report until it is known whether all of them came up: of a server that did not, the error says
/// it, and what would say it twice is dropped.
final class StartupReports: Sendable {
    /// A server that fails is tried again with growing pauses, so there are a few of each. More go straight to the log.
    private static let maxHeld = 100

    /// Nil once everything goes straight to the log.
    private let held = Locked<[MCPReport]?>([])
    private let log: @Sendable (MCPReport) -> Void

    init(log: @escaping @Sendable (MCPReport) -> Void) { self.log = log }

    func record(_ report: MCPReport) {
        let passes = self.held.withLock { held in
            guard let count = held?.count, count < Self.maxHeld else { return true }
            held?.append(report)
            return false
        }
        if passes { self.log(report) }
    }

    /// Logs what was held, and from now on everything at once.
    ///
    /// - Parameter server: Whose reports are dropped.
    func release(but server: String? = nil) {
        let reports = self.held.withLock { held in
            defer { held = nil }
            return held ?? []
        }
        for report in reports where report.server != server { self.log(report) }
    }
}
