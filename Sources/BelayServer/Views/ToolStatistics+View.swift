import BelayCore
import BelayJSON
import BelayTools

extension ToolStatistics {
    /// The counters of one tool. A kind of failure that never came is left out.
    var view: JSON {
        var failures = JSON.Object()
        for (kind, count) in self.failures.sorted(by: { $0.key.word < $1.key.word }) {
            failures[kind.word] = .int(Int64(count))
        }
        return [
            "tool": .string(self.tool), "agent": .text(self.agent), "version": .text(self.version),
            "circuit": .string(self.circuit.word), "breaker_openings": .int(Int64(self.circuitOpenings)),
            "calls": .int(Int64(self.calls)), "successes": .int(Int64(self.successes)),
            "failures": .object(failures), "abandoned": .int(Int64(self.abandoned)),
        ]
    }
}
