import BelayCore
import BelayResilience

@testable import BelayRouting

enum Paths {
    static let good = ModelPath(provider: "one", model: "good")
    static let fair = ModelPath(provider: "two", model: "fair")
    static let poor = ModelPath(provider: "two", model: "org/poor")
    static let all = [good, fair, poor]
}

extension Timestamp {
    static let start = Timestamp(milliseconds: 1_780_000_000_000)
    static func seconds(_ seconds: Int) -> Timestamp { .start.advanced(by: .seconds(seconds)) }
}

extension CallOutcome {
    static func test(
        _ id: String, revision: Int = 0, task: String = "task", _ path: ModelPath = Paths.good,
        at time: Timestamp = .start, success: Double?, cost: Double? = 0.001, latency: Duration = .seconds(1),
        context: OutcomeContext = OutcomeContext(), decision: RoutingDecision? = nil
    ) -> CallOutcome {
        CallOutcome(
            id: id, revision: revision, task: task, path: path, time: time, success: success, latency: latency,
            cost: cost.map { Money(estimate: $0) }, context: context, decision: decision)
    }
}

extension RoutingRequest {
    static func test(
        task: String = "task", _ paths: [ModelPath] = Paths.all, stakes: Stakes = .normal, pinned: ModelPath? = nil
    ) -> RoutingRequest {
        RoutingRequest(task: task, candidates: paths.map { Candidate($0) }, stakes: stakes, pinned: pinned)
    }
}

extension ThompsonRouter {
    /// Lets a path succeed and fail as often as is said.
    mutating func teach(_ path: ModelPath, successes: Int, failures: Int, cost: Double = 0.001, task: String = "task") {
        // Spread evenly: a row of failures would be an outage.
        var done = 0.0
        for index in 0..<(successes + failures) {
            let due = Double(index + 1) * Double(successes) / Double(successes + failures)
            let success = due - done >= 0.5 ? 1.0 : 0.0
            done += success
            self.record(.test("\(task)-\(path)-\(index)", task: task, path, success: success, cost: cost), at: .start)
        }
    }
}
