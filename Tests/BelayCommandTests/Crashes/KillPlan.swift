import BelayJSON
import Foundation
import Testing

/// What one kill test does. The seed decides what the model says and when it fails, how long everything takes and when
/// the server dies; what that meets is up to the machine.
struct KillPlan: Sendable, CustomTestStringConvertible {
    var seed: UInt64
    var executions: Int
    var kills: Int

    var testDescription: String { "seed \(self.seed)" }

    /// A quick one, or what the environment asks for (`scripts/kill-test`).
    static let all: [KillPlan] = {
        func number(_ name: String, _ otherwise: Int) -> Int {
            ProcessInfo.processInfo.environment["BELAY_KILL_\(name)"].flatMap { Int($0) } ?? otherwise
        }
        let first = number("FIRST_SEED", 1)
        return (first..<first + max(1, number("SEEDS", 1))).map {
            KillPlan(seed: UInt64($0), executions: number("EXECUTIONS", 20), kills: number("KILLS", 4))
        }
    }()

    /// In milliseconds, of a model and of a tool: so long that work is left when the last kill comes.
    var slowest: Int { 200 + 40 * self.kills }
    var longestLife: Duration { .milliseconds(2_500) }

    static let script = JobScript(turns: [
        ["look"], ["tag"], ["pay"], ["mail"], ["book"], ["look", "tag", "pay", "mail", "book"], ["pay"], ["mail"],
        ["book", "tag"],
    ])

    var scenario: String {
        Self.script.scenario(
            jobs: self.executions,
            settings: [
                "seed": JSON(Int(self.seed)), "faults_percent": 6,
                "latency": ["first_token": ["uniform": ["20ms", .string("\(self.slowest)ms")]]],
            ])
    }
}
