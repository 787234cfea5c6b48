import BelayJSON
import BelayResilience
import Testing

@testable import BelayMock

@Suite(.timeLimit(.minutes(5)))
struct DeterminismTests {
    private func statuses(_ mock: MockHarness, key: String, count: Int = 40) async throws -> [Int?] {
        var statuses: [Int?] = []
        for _ in 0..<count { statuses.append(try await mock.ask(key: key).response?.status) }
        return statuses
    }

    private static let yaml = """
        seed: 7
        faults:
          - {kind: rate_limited, rate: 0.3}
          - {kind: server_error, rate: 0.2}
        """

    @Test func theSameSeedGivesTheSameFaults() async throws {
        var runs: [[Int?]] = []
        for _ in 0..<2 {
            try await MockHarness.run(Self.yaml) { runs.append(try await self.statuses($0, key: "a")) }
        }
        #expect(runs[0] == runs[1])
        #expect(Set(runs[0]) == [200, 429, 500])
        try await MockHarness.run(Self.yaml, seed: 8) { mock in
            let other = try await self.statuses(mock, key: "a")
            #expect(other != runs[0])
        }
    }

    @Test func oneKeysRequestsDoNotMoveAnothersChances() async throws {
        var alone: [Int?] = []
        try await MockHarness.run(Self.yaml) { alone = try await self.statuses($0, key: "a", count: 10) }
        try await MockHarness.run(Self.yaml) { mock in
            var mixed: [Int?] = []
            for _ in 0..<10 {
                mixed.append(try await mock.ask(key: "a").response?.status)
                _ = try await mock.ask(key: "b")
            }
            #expect(mixed == alone)
        }
    }

    @Test func resetStartsTheSameChancesAgain() async throws {
        try await MockHarness.run(Self.yaml) { mock in
            let first = try await self.statuses(mock, key: "a")
            let reset = try await mock.control("reset", [:])
            #expect(reset == ["reset": true])
            let again = try await self.statuses(mock, key: "a")
            #expect(again == first)
        }
    }

    @Test func aConversationNeverSeesAnIdentifierTwice() async throws {
        try await MockHarness.run { mock in
            let first = try await mock.ask(.openAI, "one").response?.json?["id"]
            _ = try await mock.control("reset", [:])
            let second = try await mock.ask(.openAI, "two").response?.json?["id"]
            #expect(second != first)
            _ = try await mock.control("reset", [:])
            let repeated = try await mock.ask(.openAI, "one").response?.json?["id"]
            #expect(repeated == first)
        }
    }

    /// Pure, for the sake of numbers: the switch's share is met for every kind of request.
    @Test(arguments: [(true, true), (true, false), (false, true), (false, false)], [5.0, 15, 40, 100])
    func thePercentageIsMetWhateverTheRequest(_ request: (streams: Bool, calls: Bool), percent: Double) {
        var plan = FaultPlan(faults: [], percent: percent)
        var random = SeededGenerator(seed: 3)
        let situation = FaultSituation(model: "m", streams: request.streams, callsTools: request.calls)
        var kinds: [FaultKind: Int] = [:]
        for count in 0..<20_000 {
            if let fault = plan.draw(for: situation, count: count, elapsed: .zero, using: &random) {
                kinds[fault.kind, default: 0] += 1
            }
        }
        let share = Double(kinds.values.reduce(0, +)) / 20_000 * 100
        #expect(abs(share - percent) < 1.5)
        #expect(kinds[.missingTerminator] == nil || request.streams)
        #expect(kinds[.truncatedArguments] == nil || request.calls)
    }

    @Test func ratesOfListedFaultsAddUp() {
        let faults = [Fault(kind: .serverError, rate: 0.3), Fault(kind: .unavailable, rate: 0.7)]
        var plan = FaultPlan(faults: faults, percent: 0)
        var random = SeededGenerator(seed: 4)
        let situation = FaultSituation(model: "m", streams: false, callsTools: false)
        var kinds: [FaultKind?: Int] = [:]
        for count in 0..<10_000 {
            kinds[plan.draw(for: situation, count: count, elapsed: .zero, using: &random)?.kind, default: 0] += 1
        }
        #expect(kinds[nil] == nil)
        #expect(abs((kinds[.serverError] ?? 0) - 3_000) < 200)
    }
}
