import BelayCore
import BelayTesting
import BelayTools
import Testing

@testable import BelayRuntime

@Suite(.timeLimit(.minutes(5)))
struct RuntimeSessionTests {
    @Test(arguments: Bench.Kind.allCases) func theConversationGoesOn(kind: Bench.Kind) async throws {
        let bench = try Bench(kind)
        let model = ScriptedModel([.text("Hello Ada."), .text("You said hello.")])
        try await bench.run(model) { runtime in
            _ = try await runtime.outcome(of: try await runtime.begin("Hello", session: "ses_1"))
            _ = try await runtime.outcome(of: try await runtime.begin("What did I say?", session: "ses_1"))
        }
        #expect(model.calls.last?.request.messages.map(\.text) == ["Hello", "Hello Ada.", "What did I say?"])
    }

    @Test(arguments: Bench.Kind.allCases) func theNextMessageWaitsForItsTurn(kind: Bench.Kind) async throws {
        let bench = try Bench(kind)
        let gate = Interruption()
        let model = ScriptedModel([
            .deciding { _ in
                await gate.wait()
                return .text("First.")
            }, .text("Second."),
        ])
        try await bench.run(model) { runtime in
            let first = try await runtime.begin("one", session: "ses_1")
            let second = try await runtime.begin("two", session: "ses_1")
            #expect(try await runtime.standing(of: second) == nil)
            gate.fire()
            #expect(try await runtime.outcome(of: second).output == "Second.")
            #expect(try await runtime.outcome(of: first).output == "First.")
        }
        #expect(model.calls[1].request.messages.map(\.text) == ["one", "First.", "two"])
    }

    @Test(arguments: Bench.Kind.allCases) func aBusySessionMayRefuse(kind: Bench.Kind) async throws {
        let bench = try Bench(kind)
        let runtime = try bench.runtime(ScriptedModel([]))
        _ = try await runtime.begin("one", session: "ses_1")
        let error = await #expect(throws: RequestError.self) {
            try await runtime.begin("two", session: "ses_1", policy: .reject)
        }
        #expect(error?.code == .sessionBusy)
        _ = try await runtime.begin("two", session: "ses_2", policy: .reject)
    }

    /// One runs, one queues behind it, and the third wants to be heard now.
    @Test(arguments: Bench.Kind.allCases) func anInterruptEndsEverythingBeforeIt(kind: Bench.Kind) async throws {
        let bench = try Bench(kind)
        let begun = Interruption()
        let model = ScriptedModel([
            .deciding { _ in
                begun.fire()
                return .silence
            }, .text("Now."),
        ])
        try await bench.run(model) { runtime in
            let first = try await runtime.begin("one", session: "ses_1")
            await begun.wait()
            let second = try await runtime.begin("two", session: "ses_1")
            let third = try await runtime.begin("three", session: "ses_1", policy: .interrupt)
            #expect(try await runtime.outcome(of: third).output == "Now.")
            #expect(try await runtime.outcome(of: first).isCancelled)
            #expect(try await runtime.outcome(of: second).isCancelled)
        }
    }

    @Test(arguments: Bench.Kind.allCases) func theSameKeyGivesTheSameExecution(kind: Bench.Kind) async throws {
        let bench = try Bench(kind)
        let model = ScriptedModel([.text("Once.")])
        try await bench.run(model) { runtime in
            let first = try await runtime.begin("one", key: "k")
            _ = try await runtime.outcome(of: first)
            #expect(try await runtime.begin("one", key: "k") == first)
            let error = await #expect(throws: RequestError.self) { try await runtime.begin("two", key: "k") }
            #expect(error?.code == .idempotencyConflict)
        }
        #expect(model.calls.count == 1)
    }

    @Test func badRequestsChangeNothing() async throws {
        let bench = try Bench()
        let runtime = try bench.runtime(ScriptedModel([]), options: RuntimeOptions(maxTaskBytes: 10))
        func refused(_ code: RequestError.Code, _ work: () async throws -> Void) async {
            let error = await #expect(throws: RequestError.self) { try await work() }
            #expect(error?.code == code)
        }
        await refused(.taskInvalid) { _ = try await runtime.begin(" \n ") }
        await refused(.taskTooLarge) { _ = try await runtime.begin("12345678901") }
        await refused(.userInvalid) { _ = try await runtime.begin("one", user: "") }
        await refused(.idempotencyConflict) { _ = try await runtime.begin("one", key: "") }
        await refused(.agentUnknown) {
            _ = try await runtime.start(StartRequest(agent: "nobody", task: "x", user: User("ada")))
        }
        let unknown = ExecutionID(rawValue: "exe_none")
        await refused(.executionNotFound) { try await runtime.cancel(unknown, by: "ada") }
        await refused(.executionNotFound) { _ = try await runtime.outcome(of: unknown) }
        await refused(.feedbackInvalid) { try await runtime.feedback(unknown, score: 1.1, comment: nil, by: "ada") }
        #expect(try await bench.store.heads(ExecutionFilter(), after: nil, limit: 10).items.isEmpty)
    }
}
