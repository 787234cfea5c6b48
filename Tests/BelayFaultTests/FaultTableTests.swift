import Foundation
import Testing

@testable import BelayMock

/// Every fault of the catalogue, in both protocols, streamed and not, at each place of a conversation: no hang, no crash,
/// no empty answer, no made-up success, no attempt beyond the budget.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct FaultTableTests {
    /// Rows that run at the same time; each has servers, a store and a runtime of its own.
    private static let concurrency = 4

    @Test(arguments: FaultKind.allCases)
    func theAgentComesThrough(fault: FaultKind) async throws {
        for result in try await Self.results(of: fault) {
            #expect(result.problems.isEmpty, "\(result.row)\n\(result.journal)")
        }
    }

    /// Writes the table of `docs/faults.md` to the file that the environment names.
    @Test(.enabled(if: ProcessInfo.processInfo.environment["BELAY_FAULT_TABLE"] != nil))
    func theTableIsWritten() async throws {
        let path = try #require(ProcessInfo.processInfo.environment["BELAY_FAULT_TABLE"])
        var table = FaultTable()
        for fault in FaultKind.allCases { table.add(fault, try await Self.results(of: fault)) }
        try table.markdown.write(toFile: path, atomically: true, encoding: .utf8)
    }

    private static func results(of fault: FaultKind) async throws -> [FaultResult] {
        var rows = FaultCase.all(of: fault)[...]
        return try await withThrowingTaskGroup(of: FaultResult.self) { group in
            func startNext() {
                guard let row = rows.popFirst() else { return }
                group.addTask { try await FaultWorld(row).run() }
            }
            for _ in 0..<Self.concurrency { startNext() }
            var results: [FaultResult] = []
            while let result = try await group.next() {
                results.append(result)
                startNext()
            }
            return results
        }
    }
}
