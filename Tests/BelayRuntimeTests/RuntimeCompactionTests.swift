import BelayCore
import BelayTesting
import Testing

@testable import BelayRuntime

@Suite(.timeLimit(.minutes(5)))
struct RuntimeCompactionTests {
    static let facts = [
        "order": "A-4711", "name": "Ada Lovelace", "iban": "DE89 3704 0044 0532 0130 00", "colour": "teal",
        "size": "38 and a half", "birthday": "10 December", "street": "12 St James's Square", "budget": "$1,250",
        "dog": "Babbage", "decision": "never by express",
    ]
    static let names = Self.facts.keys.sorted()
    private static let turns = 300
    /// More than the conversation takes with its context compacted, and less than without.
    private static let budget = 500_000

    private func agent(_ policy: CompactionPolicy, budget: Int = Self.budget) -> Agent {
        Agent(
            "support", version: "1", instructions: "Help.", limits: ExecutionLimits(maxSessionTokens: budget),
            compaction: policy)
    }

    /// What the user says at a turn: a fact at first, then a lot of nothing, and at the end a question about each fact.
    private func words(_ turn: Int) -> String {
        let filler = String(repeating: "And so we talked about the weather for a while. ", count: 8)
        switch turn {
        case ..<10: return "My \(Self.names[turn]) is \(Self.facts[Self.names[turn]] ?? "")."
        case (Self.turns - 10)...: return "What is my \(Self.names[turn - Self.turns + 10])?"
        default: return "\(turn): \(filler)"
        }
    }

    private func say(_ turn: Int, to runtime: Runtime) async throws -> (ExecutionID, Outcome) {
        let id = try await runtime.begin(self.words(turn), session: "ses_1")
        return (id, try await runtime.outcome(of: id))
    }

    @Test(arguments: Bench.Kind.allCases)
    func threeHundredTurnsStayInTheirBudgetAndForgetNothing(kind: Bench.Kind) async throws {
        let bench = try Bench(kind)
        let listener = Listener()
        var executions: [ExecutionID] = []
        var answers: [String] = []
        // In three processes, one after the other.
        for part in 0..<3 {
            try await bench.run(listener.model, self.agent(CompactionPolicy()), store: try bench.secondStore()) {
                runtime in
                for turn in (part * 100)..<(part * 100 + 100) {
                    let (id, outcome) = try await self.say(turn, to: runtime)
                    executions.append(id)
                    answers.append(try #require(outcome.output))
                    #expect(outcome.head.reason == .completed, "turn \(turn)")
                }
            }
        }
        #expect(answers.suffix(10) == Self.names.map { "It is \(Self.facts[$0] ?? "")." }[...])
        let last = try await self.folded(executions[299], in: bench)
        #expect(last.handedOn.tokens < Self.budget)
        let billed = try await self.billed(executions, in: bench)
        #expect(last.handedOn.tokens == billed)
        #expect(listener.summaries > 10)
        print("300 turns: \(billed) of \(Self.budget) tokens, \(listener.summaries) summaries")
        try await self.requireReplays(executions, listener, in: bench)
    }

    /// Without compaction the same conversation has forgotten its beginning, and uses up its budget.
    @Test func withoutCompactionTheSameConversationDoesNot() async throws {
        let bench = try Bench()
        let listener = Listener()
        var ends: [TerminationReason?] = []
        var last = ""
        try await bench.run(listener.model, self.agent(CompactionPolicy(isOn: false))) { runtime in
            for turn in 0..<Self.turns {
                let outcome = try await self.say(turn, to: runtime).1
                ends.append(outcome.head.reason)
                last = outcome.output ?? ""
            }
        }
        let over = try #require(ends.firstIndex(of: .sessionTokens))
        #expect(over < Self.turns - 10 && ends[over...].allSatisfy { $0 == .sessionTokens })
        #expect(last.contains("Please start a new one"))
        #expect(listener.requests.count == over)
        print("without compaction: over after \(over) turns")
    }

    /// Where the model has less room than the agent was given, that counts.
    @Test func theRoomOfTheModelCounts() async throws {
        let bench = try Bench()
        let listener = Listener()
        var causes: [Event.ContextCompacted.Cause] = []
        try await bench.run(SmallGateway(base: listener.model), self.agent(CompactionPolicy())) { runtime in
            for turn in 0..<14 {
                let (id, _) = try await self.say(turn + 10, to: runtime)
                for event in try await bench.journal(id).events {
                    if case .contextCompacted(let compacted) = event { causes.append(compacted.cause) }
                }
            }
        }
        #expect(!causes.isEmpty && causes.allSatisfy { $0 == .window })
        let largest = listener.requests.map { $0.messages.reduce(0) { $0 + $1.text.utf8.count } }.max() ?? 0
        #expect(largest < SmallGateway.room * 3)
    }

    private struct SmallGateway: ModelGateway {
        static let room = 2_000
        var base: ScriptedModel

        func contextTokens(of route: String) -> Int? { Self.room }

        func call(
            _ call: ModelCall, observe: (@Sendable (ModelProgress) -> Void)?
        ) async throws -> ModelCallResult { try await self.base.call(call, observe: observe) }
    }

    private func folded(_ id: ExecutionID, in bench: Bench) async throws -> Execution {
        let store = try bench.secondStore()
        let history = SessionHistory(store: store, logger: .init(label: "test"))
        return try await JournalWriter.fold(id, session: history.context(before: id), store: store)
    }

    private func billed(_ executions: [ExecutionID], in bench: Bench) async throws -> Int {
        var sum = 0
        for id in executions { sum += try await bench.store.head(of: id)?.usage.total ?? 0 }
        return sum
    }

    /// From the journals alone comes what the model was sent.
    private func requireReplays(_ executions: [ExecutionID], _ listener: Listener, in bench: Bench) async throws {
        let requests = listener.requests
        #expect(requests.count == executions.count)
        for turn in stride(from: 0, to: executions.count, by: 7) + [299] {
            let state = try await self.folded(executions[turn], in: bench).handedOn
            let sent = (state.summary.map { [$0.message] } ?? []) + state.messages.dropLast()
            #expect(requests[turn].messages == sent, "turn \(turn)")
        }
    }

    /// The process dies at each write of an execution that compacts: before, the context is the old one, and the summary is
    /// made again; after, it is the new one, and the summary isn't.
    @Test(arguments: [true, false], 1...4) func aProcessThatDiesLeavesOneContextOrTheOther(
        before: Bool, append: Int
    ) async throws {
        let bench = try Bench()
        let listener = Listener()
        let policy = CompactionPolicy(contextTokens: 1_000, keepTurns: 2)
        var turn = 0
        try await bench.run(listener.model, self.agent(policy)) { runtime in
            while turn < 16 {
                _ = try await self.say(turn, to: runtime)
                turn += 1
            }
        }
        let summaries = listener.summaries
        #expect(summaries > 0)
        // From here on each execution may be the one that compacts.
        var lost = 0
        for next in turn..<(turn + 6) {
            let mortal = FaultyStore(bench.store) { number, _ in
                number == append ? (before ? .deathBefore : .deathAfter) : nil
            }
            let first = try bench.runtime(listener.model, self.agent(policy), store: mortal)
            first.runInBackground()
            let id = try await bench.runtime(listener.model, self.agent(policy)).begin(
                self.words(next), session: "ses_1")
            while !mortal.isDead, try await bench.store.head(of: id)?.ended == nil, !Task.isCancelled {
                await Task.yield()
            }
            await first.shutdown()
            if try await bench.store.head(of: id)?.ended == nil { lost += 1 }
            bench.wallClock.advance(by: .seconds(11))
            try await bench.run(listener.model, self.agent(policy)) { runtime in
                let output = try await runtime.outcome(of: id).output
                #expect(output == "Noted.")
            }
            try await bench.journal(id).requireSound()
            let state = try await self.folded(id, in: bench).handedOn
            let sent = (state.summary.map { [$0.message] } ?? []) + state.messages.dropLast()
            #expect(listener.requests.last?.messages == sent)
        }
        #expect(lost > 0 || append > 2)
        #expect(listener.summaries > summaries)
    }
}
