import BelayCore
import BelayJSON
import BelayResilience
import BelayTesting
import Testing

@testable import BelayTools

@Suite(.timeLimit(.minutes(5)))
struct ToolPipelineExecutionTests {
    private let clock = ManualClock()
    private let reports = Reports<ToolReport>()

    private func pipeline(
        _ handler: ScriptedHandler, _ change: (inout ToolDescriptor) -> Void = { _ in }
    ) throws -> ToolPipeline {
        try self.pipeline(.once, handler, change)
    }

    private func pipeline(
        _ effect: ToolEffect, _ handler: ScriptedHandler, _ change: (inout ToolDescriptor) -> Void = { _ in }
    ) throws -> ToolPipeline {
        var descriptor = ToolDescriptor.refund(effect)
        change(&descriptor)
        let reports = self.reports
        return try ToolPipeline.of([Tool(descriptor: descriptor, handler: handler)], clock: self.clock) {
            reports.add($0)
        }
    }

    private func execute(_ pipeline: ToolPipeline) async -> ToolAttempt {
        await pipeline.execute("create_refund", .sample)
    }

    struct Broken: Error {}

    @Test func returnsWhatTheHandlerReturned() async throws {
        let pipeline = try self.pipeline(ScriptedHandler { "refunded \($0.idempotencyKey)" })
        #expect(
            await self.execute(pipeline)
                == ToolAttempt(
                    execution: .succeeded(output: "refunded key-1", truncatedFrom: nil, duration: .zero), bill: nil))
        #expect(
            self.reports.all == [.called(tool: "create_refund"), .succeeded(tool: "create_refund", .zero)])
    }

    @Test func saysThatThereWasNoOutput() async throws {
        let pipeline = try self.pipeline(ScriptedHandler { _ in " \n" })
        #expect(await self.execute(pipeline).output == "(the tool returned nothing)")
    }

    @Test func twentyMegabytesAreCutAndCounted() async throws {
        let pipeline = try self.pipeline(ScriptedHandler { _ in String(repeating: "x", count: 20_000_000) })
        guard case .succeeded(let output, let length, _) = await self.execute(pipeline).execution else {
            Issue.record("the call failed")
            return
        }
        #expect(length == 20_000_000)
        #expect(output.unicodeScalars.count <= 32_768)
        #expect(output.hasSuffix("What follows is not known.]"))
        #expect(self.reports.all.contains(.truncated(tool: "create_refund", characters: 20_000_000)))
    }

    /// What a tool says of its failure enters the context too.
    @Test func aLongFailureIsCutAsAnOutputIs() async throws {
        let pipeline = try self.pipeline(
            ScriptedHandler { _ in throw ToolFailure(.rejected, String(repeating: "x", count: 1_000_000)) })
        let failure = await self.execute(pipeline).failure
        #expect(failure?.kind == .rejected)
        #expect((failure?.message.unicodeScalars.count ?? 0) <= 32_768)
        #expect(failure?.message.hasSuffix("What follows is not known.]") == true)
    }

    @Test func outputThatIsNotJSONIsInvalidWhereASchemaAsksForIt() async throws {
        let pipeline = try self.pipeline(ScriptedHandler { _ in "<html>oops</html>" }) {
            $0.output = ["type": "object"]
        }
        let failure = await self.execute(pipeline).failure
        #expect(failure?.kind == .invalidOutput)
        #expect(failure?.mayHaveHappened == true)
        #expect(failure?.message.contains("not JSON") == true)
    }

    @Test func outputAgainstItsSchemaIsInvalid() async throws {
        let pipeline = try self.pipeline(.readOnly, ScriptedHandler { _ in #"{"id": 7}"# }) {
            $0.output = ["type": "object", "properties": ["id": ["type": "string"]]]
        }
        let failure = await self.execute(pipeline).failure
        #expect(failure?.kind == .invalidOutput)
        #expect(failure?.mayHaveHappened == false)
        #expect(failure?.message.contains("/id") == true)
    }

    @Test(arguments: [ToolEffect.readOnly, .idempotent, .once, .compensatable])
    func anErrorOfTheHandlerMayHaveHappenedUnlessTheToolOnlyReads(effect: ToolEffect) async throws {
        let pipeline = try self.pipeline(effect, ScriptedHandler { _ in throw Broken() })
        let failure = await self.execute(pipeline).failure
        #expect(failure?.kind == .internal)
        #expect(failure?.mayHaveHappened == (effect != .readOnly))
    }

    @Test func aFailureThatTheHandlerDescribesIsPassedOn() async throws {
        let rejection = ToolFailure(.rejected, "already refunded")
        let pipeline = try self.pipeline(ScriptedHandler { _ in throw rejection })
        #expect(await self.execute(pipeline).failure == rejection)
    }

    @Test func aHandlerThatHangsIsCancelledAtItsTimeout() async throws {
        let clock = self.clock
        let pipeline = try self.pipeline(
            ScriptedHandler { _ in
                try await clock.sleep(for: .seconds(3_600))
                return "late"
            })
        async let execution = self.execute(pipeline)
        await clock.sleepers(2)
        clock.advance(by: .seconds(30))
        let failure = await execution.failure
        #expect(failure == ToolFailure(.timeout, "create_refund gave no answer within 30 s.", mayHaveHappened: true))
        #expect(!self.reports.all.contains(.abandoned(tool: "create_refund")))
    }

    @Test func aHandlerThatIgnoresCancellationIsAbandoned() async throws {
        let (gate, open) = AsyncStream<Void>.makeStream()
        let pipeline = try self.pipeline(
            ScriptedHandler { _ in
                // An unstructured task doesn't hear of the cancellation.
                await Task { for await _ in gate {} }.value
                return "at last"
            })
        async let execution = self.execute(pipeline)
        await self.clock.sleepers(1)
        self.clock.advance(by: .seconds(30))
        await self.clock.sleepers(1)
        self.clock.advance(by: .seconds(1))
        #expect(await execution.failure?.kind == .timeout)
        #expect(self.reports.all.contains(.abandoned(tool: "create_refund")))
        open.finish()
        while !self.reports.all.contains(.ended(tool: "create_refund")), !Task.isCancelled { await Task.yield() }
    }

    @Test func aResultInTheGraceIsBetterThanADoubt() async throws {
        let clock = self.clock
        let pipeline = try self.pipeline(
            ScriptedHandler { _ in
                do {
                    try await clock.sleep(for: .seconds(3_600))
                } catch {
                    return "just done"
                }
                return "late"
            })
        async let execution = self.execute(pipeline)
        await clock.sleepers(2)
        clock.advance(by: .seconds(30))
        #expect(await execution.output == "just done")
    }

    @Test func aToolWithTooManyHangingCallsGetsNoMore() async throws {
        let (gate, open) = AsyncStream<Void>.makeStream()
        let held = Task { for await _ in gate {} }
        // A breaker that never opens, so that only this bound is in the way.
        let hanging = Tool(
            descriptor: .refund(),
            handler: ScriptedHandler { _ in
                await Task { await held.value }.value
                return ""
            })
        let pipeline = try ToolPipeline.of(
            [hanging], breaker: CircuitBreakerPolicy(trip: .consecutiveFailures(1_000)), clock: clock)
        for _ in 0..<ToolStation.maxAbandoned {
            async let execution = self.execute(pipeline)
            await self.clock.sleepers(1)
            self.clock.advance(by: .seconds(30))
            await self.clock.sleepers(1)
            self.clock.advance(by: .seconds(1))
            #expect(await execution.failure?.kind == .timeout)
        }
        let failure = await self.execute(pipeline).failure
        #expect(failure?.kind == .unavailable)
        #expect(failure?.mayHaveHappened == false)
        open.finish()
    }

    @Test func cancellationPassesThroughAsADoubt() async throws {
        let clock = self.clock
        let pipeline = try self.pipeline(
            ScriptedHandler { _ in
                try await clock.sleep(for: .seconds(3_600))
                return "late"
            })
        let task = Task { await self.execute(pipeline) }
        await clock.sleepers(2)
        task.cancel()
        #expect(
            await task.value.failure
                == ToolFailure(.cancelled, "create_refund was cancelled.", mayHaveHappened: true))
        #expect(pipeline.tool("create_refund")?.station.breaker.state == .closed)
    }

    @Test func aCallThatWasCancelledBeforeItsStartDidNotHappen() async throws {
        let calls = Reports<String>()
        let pipeline = try self.pipeline(
            ScriptedHandler {
                calls.add($0.callID)
                return "done"
            })
        let failure = await Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return await self.execute(pipeline).failure
        }.value
        #expect(failure?.kind == .cancelled)
        #expect(failure?.mayHaveHappened == false)
        #expect(calls.all.isEmpty)
    }

    @Test func theBreakerOpensAfterFiveFailuresAndProbesAfterAMinute() async throws {
        let broken = Locked(true)
        let pipeline = try self.pipeline(
            ScriptedHandler { _ in
                if broken.withLock({ $0 }) { throw ToolFailure(.unavailable, "down", mayHaveHappened: false) }
                return "up"
            })
        for _ in 0..<5 { #expect(await self.execute(pipeline).failure?.kind == .unavailable) }
        let failure = await self.execute(pipeline).failure
        #expect(failure?.kind == .circuitOpen)
        #expect(failure?.mayHaveHappened == false)
        #expect(failure?.message.contains("for another 60 s") == true)
        #expect(
            self.reports.all.contains(
                .circuitChanged(tool: "create_refund", agent: "support", from: .closed, to: .open)))
        broken.withLock { $0 = false }
        self.clock.advance(by: .seconds(60))
        #expect(await self.execute(pipeline).output == "up")
        #expect(await self.execute(pipeline).output == "up")
        #expect(pipeline.tool("create_refund")?.station.breaker.state == .closed)
    }

    @Test func rejectionsSayNothingAgainstATool() async throws {
        let pipeline = try self.pipeline(ScriptedHandler { _ in throw ToolFailure(.rejected, "no such order") })
        for _ in 0..<20 { #expect(await self.execute(pipeline).failure?.kind == .rejected) }
        #expect(pipeline.tool("create_refund")?.station.breaker.state == .closed)
    }

    @Test func aProbeFindsOutOrSaysThatItCannot() async throws {
        let answers = Locked<[Result<String?, ToolFailure>]>([
            .success(nil), .success("refund 7"), .failure(ToolFailure(.unavailable, "down")),
        ])
        let handler = ScriptedHandler(onProbe: { _ in try answers.withLock { $0.removeFirst() }.get() })
        let pipeline = try self.pipeline(.once, handler)
        #expect(await pipeline.probe("create_refund", .sample) == .didNotHappen)
        #expect(await pipeline.probe("create_refund", .sample) == .happened(output: "refund 7", truncatedFrom: nil))
        #expect(await pipeline.probe("create_refund", .sample) == .unknown(ToolFailure(.unavailable, "down")))
    }

    @Test func aCompensationSucceedsOrFails() async throws {
        let failing = Locked(true)
        let handler = ScriptedHandler(onCompensate: { _ in if failing.withLock({ $0 }) { throw Broken() } })
        let pipeline = try self.pipeline(.compensatable, handler)
        guard case .failed(let failure) = await pipeline.compensate("create_refund", .sample) else {
            Issue.record("it should have failed")
            return
        }
        #expect(failure.kind == .internal)
        failing.withLock { $0 = false }
        #expect(await pipeline.compensate("create_refund", .sample) == .compensated)
    }

    @Test func aToolThatIsNotThereFailsWithoutEffect() async throws {
        let pipeline = try self.pipeline(ScriptedHandler())
        let failure = await pipeline.execute("delete_all", .sample).failure
        #expect(failure?.kind == .unknownTool)
        #expect(failure?.mayHaveHappened == false)
    }

    /// Whether it was sent, and may have been performed, decides what it cost, whatever it changes.
    @Test(arguments: [ToolEffect.readOnly, .idempotent, .once])
    func whatAnAttemptCostIsKnownOrTheMost(effect: ToolEffect) async throws {
        let cost = ToolCost(Money(nanoDollars: 5_000_000), reported: "/usd")
        func bill(_ answer: @escaping @Sendable () throws -> String) async throws -> ToolBill? {
            await self.execute(
                try self.pipeline(effect, ScriptedHandler { _ in try answer() }) { descriptor in
                    descriptor.cost = cost
                    descriptor.maxOutputCharacters = 256
                }
            ).bill
        }
        #expect(try await bill { #"{"usd": 0.002}"# } == ToolBill(Money(nanoDollars: 2_000_000)))
        // What it tells behind what a model gets to see counts as well.
        let long = #"{"text": "\#(String(repeating: "x", count: 2_000))", "usd": 0.002}"#
        #expect(try await bill { long } == ToolBill(Money(nanoDollars: 2_000_000)))
        #expect(try await bill { throw ToolFailure(.rejected, "no") } == .nothing)
        #expect(try await bill { throw ToolFailure(.unavailable, "?", mayHaveHappened: true) } == cost.doubtful)
        #expect(try await bill { throw Broken() } == cost.doubtful)
        #expect(self.reports.all.allSatisfy { if case .costAnomaly = $0 { false } else { true } })
        #expect(try await bill { "{}" } == ToolBill(cost.amount, isEstimate: true, anomaly: .missing))
        #expect(self.reports.all.contains(.costAnomaly(tool: "create_refund", .missing)))
    }

    @Test func whatIsNotSentHasNoBill() async throws {
        let pipeline = try self.pipeline(ScriptedHandler { _ in throw Broken() }) {
            $0.cost = ToolCost(Money(nanoDollars: 5_000_000))
        }
        for _ in 0..<5 { #expect(await self.execute(pipeline).bill != nil) }
        let refused = await self.execute(pipeline)
        #expect(refused.failure?.kind == .circuitOpen && refused.bill == nil)
        #expect(await pipeline.execute("other", .sample).bill == nil)
    }

    @Test func anAnomalyIsToldOnceAMinute() async throws {
        let answers = Locked(["{}", "{}", "sorry", "{}"])
        let pipeline = try self.pipeline(ScriptedHandler { _ in answers.withLock { $0.removeFirst() } }) {
            $0.cost = ToolCost(Money(nanoDollars: 5_000_000), reported: "/usd")
        }
        for _ in 0..<3 { _ = await self.execute(pipeline) }
        self.clock.advance(by: .seconds(60))
        #expect(await self.execute(pipeline).bill?.anomaly == .missing)
        let told = self.reports.all.compactMap { if case .costAnomaly(_, let anomaly) = $0 { anomaly } else { nil } }
        #expect(told == [.missing, .unreadable, .missing])
    }
}
