import Belay
import BelayResilience
import BelayTesting
import Logging
import Testing

@testable import BelayConfiguration

struct GatewayAlertsTests {
    private let path = ModelPath(provider: "main", model: "gpt")
    private let clock = ManualClock()
    private let timekeeper: Timekeeper

    init() { self.timekeeper = Timekeeper(self.clock) }

    private var now: Moment { self.timekeeper.now }

    private func failed(_ kind: ModelFailure.Kind) -> GatewayReport {
        .callFailed(route: "default", ModelFailure(kind, message: "sk-secret said no"), duration: .zero)
    }

    @Test func anOutageIsToldOnceAMinuteAndItsEndOnce() {
        var alerts = GatewayAlerts()
        let lines = (0..<1_000).compactMap { _ in alerts.line(for: self.failed(.serverError), at: self.now) }
        #expect(
            lines == [
                .init(
                    level: .warning, message: "No path of a route answered.",
                    metadata: ["route": "default", "failure": "serverError"])
            ])
        self.clock.advance(by: .seconds(61))
        let later = alerts.line(for: self.failed(.serverError), at: self.now)
        #expect(later?.metadata["held_back"] == "999")
        let answered = GatewayReport.callAnswered(route: "default", duration: .zero)
        #expect(alerts.line(for: answered, at: self.now)?.level == .notice)
        #expect(alerts.line(for: answered, at: self.now) == nil)
    }

    @Test func whatNeedsAPersonIsAWarningAndRecoveryANotice() {
        var alerts = GatewayAlerts()
        let reports: [(GatewayReport, Logger.Level?)] = [
            (
                .keyRefused(provider: "main", endpoint: nil, because: .authentication, quarantine: .seconds(900)),
                .warning
            ),
            (.circuitChanged(self.path, endpoint: nil, from: .closed, to: .open), .warning),
            (.circuitChanged(self.path, endpoint: nil, from: .open, to: .halfOpen), nil),
            (.circuitChanged(self.path, endpoint: nil, from: .halfOpen, to: .closed), .notice),
            (.limitCut(self.path, endpoint: "eu", limit: 4, pause: nil), .warning),
            (.limitRestored(self.path, endpoint: "us"), nil), (.limitRestored(self.path, endpoint: "eu"), .notice),
            (.answeredFromCache(route: "default"), .warning),
            (self.failed(.contextTooLong), nil), (self.failed(.contentFiltered), nil),
            (self.failed(.notFound), .warning), (self.failed(.circuitOpen), .warning),
            (.attemptSucceeded(self.path, endpoint: nil, duration: .zero, usage: .zero, cost: .unknown), .notice),
            (.attemptSucceeded(self.path, endpoint: nil, duration: .zero, usage: .zero, cost: .unknown), nil),
            (.retrying(self.path, after: .zero), nil),
            (.judgeCostAnomaly(tool: "check", .missing), .warning), (.judgeCostAnomaly(tool: "check", .missing), nil),
            (.judgeCostAnomaly(tool: "check", .negative), .warning),
        ]
        for (report, level) in reports { #expect(alerts.line(for: report, at: self.now)?.level == level, "\(report)") }
    }

    @Test func whatAProviderWroteIsNotLogged() {
        var alerts = GatewayAlerts()
        for kind in ModelFailure.Kind.allCases {
            #expect(!"\(String(describing: alerts.line(for: self.failed(kind), at: self.now)))".contains("sk-secret"))
        }
    }
}
