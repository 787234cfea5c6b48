import BelayCore
import BelayTesting
import BelayTools
import Testing

@testable import BelayRuntime

/// Agents that are registered again, as a server does that makes one for each of its requests.
@Suite(.timeLimit(.minutes(5)))
struct RuntimeAgentTests {
    /// Looks the order up and answers with what the tool said.
    private static func model() -> ScriptedModel {
        ScriptedModel { call in
            if case .toolResult(let result)? = call.request.messages.last?.content.first {
                return .text(result.content)
            }
            return .call("check_order", ["number": "A-1"], id: "c1")
        }
    }

    private static func agent(of user: String) -> Agent { .support([.check { _ in "the order of \(user)" }]) }

    private func output(_ outcome: Outcome) -> String? {
        if case .completed(let output, _) = outcome { output } else { nil }
    }

    @Test func aRunUsesTheToolsThatItWasGiven() async throws {
        try await Bench().run(Self.model(), Self.agent(of: "nobody")) { runtime in
            for user in ["ada", "bob", "ada"] {
                let outcome = try await runtime.run(Self.agent(of: user), task: "Where is it?", for: User(user))
                #expect(self.output(outcome) == "the order of \(user)")
            }
        }
    }

    @Test func anExecutionKeepsTheToolsThatItBeganWith() async throws {
        let runtime = try Bench().runtime(Self.model(), Self.agent(of: "ada"))
        let first = try await runtime.begin(user: "ada")
        try runtime.register(Self.agent(of: "bob"))
        let second = try await runtime.begin(user: "bob")
        runtime.runInBackground()
        #expect(self.output(try await runtime.outcome(of: first)) == "the order of ada")
        #expect(self.output(try await runtime.outcome(of: second)) == "the order of bob")
        await runtime.shutdown()
        #expect(runtime.agents.heldCount == 0)
    }

    @Test func aRequestThatWasMadeBeforeHoldsNothing() async throws {
        let runtime = try Bench().runtime(Self.model(), Self.agent(of: "ada"))
        let first = try await runtime.begin(key: "k")
        try runtime.register(Self.agent(of: "bob"))
        #expect(try await runtime.begin(key: "k") == first)
        #expect(runtime.agents.heldCount == 1)
        runtime.runInBackground()
        #expect(self.output(try await runtime.outcome(of: first)) == "the order of ada")
        await runtime.shutdown()
    }

    @Test func onlySomeVersionsAreKept() throws {
        let runtime = try Bench().runtime(ScriptedModel([]))
        for version in 1...40 { runtime.register(AgentDefinition(name: "a", version: "\(version)", instructions: "")) }
        func version(_ asked: Int) -> String? {
            runtime.agents.resolve("a", version: "\(asked)", for: ExecutionID(rawValue: "exe_1"))?.definition.version
        }
        #expect(version(40) == "40" && version(25) == "25")
        #expect(version(24) == "40")
    }

    @Test func whatIsHeldIsBounded() throws {
        let runtime = try Bench().runtime(Self.model(), Self.agent(of: "ada"))
        let agent = try #require(runtime.agents.current("support"))
        try runtime.register(Self.agent(of: "bob"))
        for number in 0...AgentDirectory.maxHeld {
            runtime.agents.hold(agent, for: ExecutionID(rawValue: "exe_\(100_000 + number)"))
        }
        #expect(runtime.agents.heldCount == AgentDirectory.maxHeld * 3 / 4 + 1)
    }
}
