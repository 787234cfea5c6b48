import BelaySQLite
import Foundation

/// Bytes that a step leaves in the file, over executions of different lengths: what is stored must not be stored again.
struct GrowthBenchmark {
    let plan: Plan
    private static let lengths = [10, 40, 160]

    func run() async throws -> [Figure] {
        let empty = try await self.size("\(self.plan.folder)/growth-empty.db") { path in
            try await SQLiteExecutionStore(path: path).close()
        }
        var perStep: [Double] = []
        for length in Self.lengths {
            // The same number of model calls for each length.
            let executions = (self.plan.rounds == 1 ? 160 : 1_600) / length
            var steps = 0
            let size = try await self.size("\(self.plan.folder)/growth-\(length).db") { path in
                let office = Office(path: path, concurrency: 16, lookUps: length)
                steps = try await office.work(executions: executions).steps
            }
            perStep.append(Double(size - empty) / Double(steps))
        }
        let said =
            StepScript.output(1).utf8.count + StepScript.arguments(1).utf8.count
            + StepScript.content(1).compactMap(\.text).joined().utf8.count
        let spread = (perStep.max() ?? 0) / (perStep.min() ?? 1)
        return zip(Self.lengths, perStep).map { length, bytes in
            Figure("growth", "executions of \(length) steps", bytes, "B/step")
        } + [
            Figure("growth", "what model and tool said", Double(said) / 2, "B/step"),
            Figure("growth", "largest / smallest", spread, "x", goal: .atMost(1.3)),
        ]
    }

    /// The size of a file that `write` makes and closes, so that its log is moved into it.
    private func size(_ path: String, write: (String) async throws -> Void) async throws -> Int {
        try await write(path)
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        return (attributes[.size] as? NSNumber)?.intValue ?? 0
    }
}
