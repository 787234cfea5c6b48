import BelayCore
import BelayResilience
import BelayTesting
import BelayTools
import Testing

@testable import BelayRuntime

@Suite(.timeLimit(.minutes(5)))
struct RuntimeFeedTests {
    /// A model that works for some steps and answers, and a tool that signals on the way, so that others write as well.
    private static func model() -> ScriptedModel {
        ScriptedModel { call in
            let count = call.request.messages.count
            return count > 30 ? .text("Done.") : .call("check_order", ["number": .string("\(count)")], id: "c")
        }
    }

    private static let agent = Agent.support(
        [.check { "order \($0.number)" }], limits: ExecutionLimits(maxSteps: 100, maxTokens: .max))

    /// Reads on from `sequence`, at most `limit` events.
    private func read(
        _ runtime: Runtime, _ id: ExecutionID, after sequence: Int, limit: Int
    ) async throws -> [JournalEvent] {
        var events: [JournalEvent] = []
        for try await item in runtime.events(of: id, after: sequence) {
            if case .event(let entry) = item { events.append(entry) }
            if events.count == limit { break }
        }
        return events
    }

    @Test(arguments: Bench.Kind.allCases) func isResumedWithoutGapOrRepeat(kind: Bench.Kind) async throws {
        let bench = try Bench(kind)
        try await bench.run(Self.model(), Self.agent) { runtime in
            let id = try await runtime.begin()
            async let signals: Void = {
                for _ in 0..<20 { try await runtime.feedback(id, score: 1, comment: nil, by: "ada") }
            }()
            var events: [JournalEvent] = []
            while true {
                let page = try await self.read(runtime, id, after: events.last?.sequence ?? 0, limit: 3)
                if page.isEmpty { break }
                events += page
            }
            try await signals
            let journal = try await bench.journal(id)
            #expect(Array(journal.entries.prefix(events.count)) == events)
            #expect(events.contains { $0.event.isEnding })
            try journal.requireSound()
        }
    }

    @Test func whoAsksIsToldOfEndsUntilItIsForgotten() async throws {
        let bench = try Bench()
        try await bench.run(ScriptedModel([.text("Hello."), .text("Hello.")])) { runtime in
            let (ended, forgotten) = (Locked<[ExecutionID]>([]), Locked<[ExecutionID]>([]))
            let ticket = runtime.atEnds { head in forgotten.withLock { $0.append(head.id) } }
            _ = runtime.atEnds { head in ended.withLock { $0.append(head.id) } }
            let first = try await runtime.begin()
            _ = try await runtime.outcome(of: first)
            while ended.withLock({ $0.count }) < 1, !Task.isCancelled { await Task.yield() }
            runtime.forgetEnds(ticket)
            let second = try await runtime.begin()
            _ = try await runtime.outcome(of: second)
            while ended.withLock({ $0.count }) < 2, !Task.isCancelled { await Task.yield() }
            #expect(ended.withLock { $0 } == [first, second] && forgotten.withLock { $0 } == [first])
        }
    }

    @Test func whoComesBackAfterTheEndIsNotKeptWaiting() async throws {
        let bench = try Bench()
        try await bench.run(ScriptedModel([.text("Hello.")])) { runtime in
            let id = try await runtime.begin()
            let last = try await runtime.outcome(of: id).head.sequence
            #expect(try await self.read(runtime, id, after: last, limit: 9).isEmpty)
            #expect(try await self.read(runtime, id, after: last + 100, limit: 9).isEmpty)
            try await runtime.feedback(id, score: 1, comment: nil, by: "ada")
            #expect(try await self.read(runtime, id, after: last, limit: 9).map(\.event.name) == [.feedbackReceived])
        }
    }

    @Test func showsTextAsItIsWrittenAndSilences() async throws {
        let bench = try Bench()
        let gate = Interruption()
        let model = ScriptedModel([
            .deciding { _ in
                await gate.wait()
                return .text("Hello.")
            }
        ])
        try await bench.run(model, clock: ContinuousClock()) { runtime in
            var iterator = runtime.events(of: try await runtime.begin(), heartbeat: .milliseconds(10))
                .makeAsyncIterator()
            var text = ""
            var beats = 0
            while let item = try await iterator.next() {
                switch item {
                case .progress(_, .textDelta(let delta, _)): text += delta
                case .heartbeat:
                    beats += 1
                    if beats == 2 { gate.fire() }
                case .event, .progress: break
                }
            }
            #expect(beats >= 2 && (text == "Hello." || text.isEmpty))
        }
    }

    @Test func aSilenceIsMeasuredByTheClockAndNotByLooks() async throws {
        let bench = try Bench()
        let clock = ManualClock()
        let store = FaultyStore(bench.store) { _, _ in nil }
        let runtime = Runtime(
            store: store, gateway: ScriptedModel([]), options: RuntimeOptions(pollInterval: .seconds(3_600)),
            clock: clock, wallClock: bench.wallClock)
        try runtime.register(.support())
        let id = try await runtime.begin()
        let (items, sink) = AsyncStream.makeStream(of: FeedItem.self)
        let reading = Task {
            for try await item in runtime.events(of: id, heartbeat: .seconds(10)) { sink.yield(item) }
        }
        var seen = items.makeAsyncIterator()
        #expect(await seen.next()?.event?.name == .accepted)
        for _ in 1...3 {
            await clock.sleepers(1)
            clock.advance(by: .seconds(3))
            let reads = store.reads
            runtime.feed.journalGrew(of: id)  // A ring, and nothing new.
            while store.reads == reads, !Task.isCancelled { await Task.yield() }
        }
        await clock.sleepers(1)
        try await runtime.feedback(id, score: 1, comment: nil, by: "ada")
        #expect(await seen.next()?.event?.name == .feedbackReceived)
        await clock.sleepers(1)
        clock.advance(by: .seconds(10))
        let beat = await seen.next()
        #expect(beat.map { if case .heartbeat = $0 { true } else { false } } == true)
        reading.cancel()
    }

    /// A gateway that writes when it is told to.
    private struct Typist: ModelGateway {
        let deltas: AsyncStream<ModelProgress>
        let answer: String

        func call(
            _ call: ModelCall, observe: (@Sendable (ModelProgress) -> Void)?
        ) async throws -> ModelCallResult {
            for await delta in self.deltas { observe?(delta) }
            return ModelCallResult(
                answer: ModelAnswer(
                    content: [.text(self.answer)], stopReason: .endTurn, usage: .zero, model: ScriptedModel.path.model),
                path: ScriptedModel.path, cost: .known(.zero), duration: .zero)
        }
    }

    /// Waits until somebody who subscribes now is told `text`.
    private func written(_ text: String, in runtime: Runtime, _ id: ExecutionID) async {
        while true {
            let items = runtime.feed.subscribe(to: id).mailbox.takeAll()
            if case .progress(_, .textDelta(text, _))? = items.last { return }
            await Task.yield()
        }
    }

    @Test func whoComesInTheMiddleGetsTheTextSoFar() async throws {
        let bench = try Bench()
        let (deltas, typing) = AsyncStream.makeStream(of: ModelProgress.self)
        var options = RuntimeOptions.quick
        options.streamsAlways = true
        try await bench.run(Typist(deltas: deltas, answer: "Hello Ada."), options: options) { runtime in
            let id = try await runtime.begin()
            typing.yield(.attemptStarted(number: 1, path: ScriptedModel.path))
            typing.yield(.textDelta("Good", attempt: 1))
            await self.written("Good", in: runtime, id)
            // The attempt is void, and with it its text.
            typing.yield(.attemptStarted(number: 2, path: ScriptedModel.path))
            typing.yield(.textDelta("Hel", attempt: 2))
            typing.yield(.textDelta("lo", attempt: 2))
            await self.written("Hello", in: runtime, id)
            var iterator = runtime.events(of: id).makeAsyncIterator()
            var story: [String] = []
            var text = ""
            while let item = try await iterator.next() {
                switch item {
                case .event(let entry): story.append(entry.event.name.rawValue)
                case .progress(let step, .attemptStarted(let number, _)): story.append("\(step).\(number)")
                case .progress(_, .textDelta(let delta, 2)):
                    text += delta
                    if text == "Hello" {
                        typing.yield(.textDelta(" Ada.", attempt: 2))
                        typing.finish()
                    }
                case .progress, .heartbeat: Issue.record("\(item)")
                }
            }
            #expect(text == "Hello Ada.")
            #expect(story == ["accepted", "modelCallPlanned", "1.2", "modelAnswered", "completed"])
            #expect(runtime.feed.subscribe(to: id).mailbox.takeAll().isEmpty)
        }
    }

    @Test func textThatComesWhileTheJournalIsReadIsNotLost() async throws {
        let bench = try Bench()
        let (deltas, typing) = AsyncStream.makeStream(of: ModelProgress.self)
        var options = RuntimeOptions.quick
        options.streamsAlways = true
        let store = FaultyStore(bench.store) { _, _ in nil }
        let typist = Typist(deltas: deltas, answer: "Hello Ada.")
        try await bench.run(typist, store: store, options: options) { runtime in
            let id = try await runtime.begin()
            typing.yield(.attemptStarted(number: 1, path: ScriptedModel.path))
            typing.yield(.textDelta("Hello", attempt: 1))
            await self.written("Hello", in: runtime, id)
            // The observer has emptied its mailbox, and the rest comes before it sees the journal.
            store.beforeReading {
                typing.yield(.textDelta(" Ada.", attempt: 1))
                typing.finish()
                while try await bench.store.head(of: id)?.ended == nil, !Task.isCancelled { await Task.yield() }
            }
            var story: [String] = []
            for try await item in runtime.events(of: id) {
                switch item {
                case .event(let entry): story.append(entry.event.name.rawValue)
                case .progress(_, .textDelta(let text, _)): story.append(text)
                case .progress, .heartbeat: break
                }
            }
            #expect(story == ["accepted", "modelCallPlanned", "Hello", " Ada.", "modelAnswered", "completed"])
        }
    }

    @Test func aDraftIsBoundedAndNeverStartsInTheMiddle() {
        var draft = LiveDraft(step: 1)
        draft.take(.textDelta("x", attempt: 1))
        #expect(draft.items.isEmpty)
        draft.take(.attemptStarted(number: 1, path: ScriptedModel.path))
        draft.take(.textDelta(String(repeating: "x", count: LiveDraft.capacity), attempt: 1))
        #expect(draft.items.count == 2)
        draft.take(.textDelta("x", attempt: 1))
        draft.take(.textDelta("x", attempt: 1))
        #expect(draft.items.count == 1)
        draft.take(.attemptStarted(number: 2, path: ScriptedModel.path))
        draft.take(.textDelta("late", attempt: 1))
        draft.take(.textDelta("x", attempt: 2))
        #expect(draft.items.count == 2)
    }

    @Test func anUnknownExecutionHasNoFeed() async throws {
        let runtime = try Bench().runtime(ScriptedModel([]))
        let error = await #expect(throws: RequestError.self) {
            try await self.read(runtime, ExecutionID(rawValue: "exe_none"), after: 0, limit: 1)
        }
        #expect(error?.code == .executionNotFound)
    }
}

extension FeedItem {
    fileprivate var event: Event? { if case .event(let entry) = self { entry.event } else { nil } }
}
