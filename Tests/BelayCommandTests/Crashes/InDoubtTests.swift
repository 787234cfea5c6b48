import BelayJSON
import Foundation
import Testing

extension CrashTests {
    /// What becomes of a call whose process is killed while it is under way, by the policy of its tool, when it had happened
    /// and when it hadn't.
    @Suite(.timeLimit(.minutes(5)))
    struct InDoubtTests {
        private struct Aftermath {
            var view: JSON
            /// The events about the call, from its dispatch on.
            var story: [JSON]
            var entry: EffectService.Entry

            var types: [String] { self.story.compactMap { $0["type"]?.stringValue } }
            /// The event that settled the doubt: a person's answer does that by itself.
            private var settling: JSON? {
                self.story.last { $0["type"] == "tool_call_resolved" || $0["type"] == "wait_answered" }
            }
            var resolution: String? {
                (self.settling?["resolution"] ?? self.settling?["answer"]?["resolution"])?.stringValue
            }
            var resolvedBy: String? { self.settling?["by"]?.stringValue }
        }

        /// A late effect comes after the timeout, and before its double is over.
        private static var tools: [String: String] {
            EffectService.tools.mapValues { $0.replacing("timeout: 3s", with: "timeout: 2s") }
        }

        /// Kills the server in the middle of a call of `tool`, starts another one, and lets it come to its end.
        ///
        /// - Parameters:
        ///   - kind: What it waits for when people come.
        ///   - state: How it ends.
        ///   - meanwhile: What people do then; nil when nobody is needed.
        private func kill(
            during tool: String, _ gate: EffectService.Gate, tools: [String: String] = Self.tools,
            until kind: String = "resolution", then state: String = "completed",
            meanwhile: (@Sendable (Project, API, _ execution: String) async throws -> Void)? = nil,
            check: @Sendable (Aftermath) throws -> Void
        ) async throws {
            let configuration = Project.configuration(tools: tools, more: "runtime: {lease: 1s, poll_interval: 50ms}")
            try await Project.run(["belay.yaml": configuration]) { project in
                let service = try await EffectService.start(in: project, seed: 1, slowest: 0, losses: 0)
                try await service.hold(tool, gate)
                try await project.startMock(JobScript(turns: [[tool]]).scenario(jobs: 1))
                let (first, api) = try await project.serve()
                let id = try await api.start(JobScript.task(0))
                _ = try await Patience.wait(for: "the call") {
                    let entry = try await service.books().values.first
                    return entry.map { $0.requests == 1 && $0.effects == (gate == .after ? 1 : 0) } == true ? true : nil
                }
                first.send(SIGKILL)
                _ = try await first.ended()
                let (_, again) = try await project.serve()
                if let meanwhile {
                    _ = try await Patience.wait(for: "a wait of kind \(kind)") {
                        let story = try await again.journal(of: id)
                        return story.contains { $0["type"] == "wait_opened" && $0["kind"]?.stringValue == kind }
                            ? true : nil
                    }
                    try await meanwhile(project, again, id)
                }
                let view = try await again.execution(id, in: state)
                let story = try await again.journal(of: id).drop { $0["type"] != "tool_call_dispatched" }
                let books = try await service.books()
                #expect(books.count == 1)
                try check(Aftermath(view: view, story: Array(story), entry: try #require(books.values.first)))
            }
        }

        @Test(arguments: [EffectService.Gate.before, .after])
        func aToolThatKnowsItsKeysIsAskedAgain(gate: EffectService.Gate) async throws {
            try await self.kill(during: "tag", gate) { aftermath in
                #expect(
                    aftermath.types.prefix(5) == [
                        "tool_call_dispatched", "tool_call_in_doubt", "tool_call_resolved", "tool_call_dispatched",
                        "tool_call_succeeded",
                    ], "\(aftermath)")
                let keys = aftermath.story.compactMap { $0["idempotency_key"]?.stringValue }
                #expect(Set(keys).count == 1)
                #expect(aftermath.entry.requests == 2 && aftermath.entry.effects == 1, "\(aftermath.entry)")
            }
        }

        @Test(arguments: EffectService.Gate.allCases)
        func aProbeSaysWhetherItHappened(gate: EffectService.Gate) async throws {
            try await self.kill(during: "pay", gate) { aftermath in
                Self.checkProbe(aftermath, gate)
            }
        }

        private static func checkProbe(_ aftermath: Aftermath, _ gate: EffectService.Gate) {
            #expect(aftermath.resolution == (gate == .before ? "did_not_happen" : "happened"), "\(aftermath)")
            #expect(aftermath.resolvedBy == "probe")
            #expect(aftermath.entry.requests == 1 && aftermath.entry.effects == (gate == .before ? 0 : 1))
            // That it happened is believed at once, that it didn't only when it can't any more.
            #expect(aftermath.types.contains("wait_expired") == (gate != .after), "\(aftermath)")
        }

        @Test(arguments: EffectService.Gate.allCases)
        func aCompensationUndoesIt(gate: EffectService.Gate) async throws {
            try await self.kill(during: "book", gate) { aftermath in
                Self.checkCompensation(aftermath, gate)
            }
        }

        private static func checkCompensation(_ aftermath: Aftermath, _ gate: EffectService.Gate) {
            #expect(aftermath.resolution == "compensated", "\(aftermath)")
            #expect(aftermath.entry.requests == 1 && aftermath.entry.isUndone, "\(aftermath.entry)")
            // The service refuses what it undid before: an effect means that the compensation came after it.
            #expect(aftermath.entry.effects == (gate == .before ? 0 : 1), "\(aftermath.entry)")
        }

        // MARK: Nobody dies, and the service is slower than the tool's timeout

        /// Runs a call of `tool` whose effect comes after its timeout.
        private func outrun(
            _ tool: String, then body: @Sendable (Project, API, EffectService, _ execution: String) async throws -> Void
        ) async throws {
            let configuration = Project.configuration(
                tools: Self.tools, more: "runtime: {lease: 1s, poll_interval: 50ms}")
            try await Project.run(["belay.yaml": configuration]) { project in
                let service = try await EffectService.start(in: project, seed: 1, slowest: 0, losses: 0)
                try await service.hold(tool, .late)
                try await project.startMock(JobScript(turns: [[tool]]).scenario(jobs: 1))
                let (_, api) = try await project.serve()
                try await body(project, api, service, try await api.start(JobScript.task(0)))
            }
        }

        @Test(arguments: ["pay", "book"]) func anEffectThatComesAfterTheTimeoutIsNoticed(tool: String) async throws {
            try await self.outrun(tool) { _, api, service, id in
                let view = try await api.execution(id, in: "completed")
                let story = try await api.journal(of: id).drop { $0["type"] != "tool_call_dispatched" }
                let entry = try #require(try await service.books().values.first)
                let aftermath = Aftermath(view: view, story: Array(story), entry: entry)
                if tool == "pay" { Self.checkProbe(aftermath, .late) } else { Self.checkCompensation(aftermath, .late) }
            }
        }

        // MARK: People

        @Test func whatIsCancelledInItsPauseIsNamedWithItsKey() async throws {
            let tools = EffectService.tools.mapValues { $0.replacing("timeout: 3s", with: "timeout: 60s") }
            try await self.kill(
                during: "pay", .before, tools: tools, until: "timer", then: "cancelled"
            ) { project, api, id in
                let doubt = try await project.belay("executions", "show", id).output
                #expect(doubt.contains(" is in doubt (probe): another process took the execution over"), "\(doubt)")
                #expect(doubt.contains(" may still be running; settled in "), "\(doubt)")
                #expect(doubt.contains("\n  probe settles it when the execution goes on, for good from 20"), "\(doubt)")
                #expect(!doubt.contains("May have been carried out"), "\(doubt)")
                _ = try await project.belay("executions", "cancel", id)
                _ = try await api.execution(id, in: "cancelled")
                let page = try await project.belay("executions", "show", id).output
                let section = try #require(page.range(of: "\nMay have been carried out: pay, call "), "\(page)")
                let identity = page[section.upperBound...]
                let dispatched = try await api.journal(of: id).first { $0["type"] == "tool_call_dispatched" }
                let key = try #require(dispatched?["idempotency_key"]?.stringValue)
                #expect(identity.contains(#"{"tool":"pay","arguments":"#), "\(page)")
                #expect(identity.contains("\"idempotency_key\":\"\(key)\""), "\(page)")
            } check: { aftermath in
                #expect(aftermath.types.last == "cancelled" && aftermath.resolution == nil, "\(aftermath)")
            }
        }

        @Test(arguments: [EffectService.Gate.before, .after])
        func aPersonIsAskedAndToldHowToAnswer(gate: EffectService.Gate) async throws {
            try await self.kill(during: "mail", gate) { project, _, id in
                let shown = try await project.belay("executions", "show", id)
                let wait = try Self.checkDoubt(of: "mail", in: shown.output)
                let resolution = gate == .after ? "happened" : "did_not_happen"
                let answered = try await project.belay(
                    "waits", "answer", wait, "--answer", #"{"resolution": "\#(resolution)"}"#, "--by", "ana")
                #expect(answered.status == 0, "\(answered)")
            } check: { aftermath in
                #expect(aftermath.resolution == (gate == .after ? "happened" : "did_not_happen"), "\(aftermath)")
                #expect(aftermath.resolvedBy == "ana")
                #expect(aftermath.entry.requests == 1)
            }
        }

        @Test(.timeLimit(.minutes(5)), arguments: ["pay", "book"])
        func aPersonIsAskedWhenTheServiceCannotSay(tool: String) async throws {
            var tools = Self.tools
            // An operation without a key to look at: an error of the service.
            for path in ["done", "undo"] {
                tools[tool] = tools[tool]?.replacing("\(path)/{idempotency_key}", with: "fail/{idempotency_key}")
            }
            try await self.kill(during: tool, .after, tools: tools) { project, _, id in
                let wait = try Self.checkDoubt(of: tool, in: try await project.belay("executions", "show", id).output)
                _ = try await project.belay("waits", "answer", wait, "--answer", #"{"resolution": "happened"}"#)
            } check: { aftermath in
                let policies = aftermath.story.filter { $0["type"] == "tool_call_in_doubt" }.map {
                    $0["policy"]?.stringValue
                }
                #expect(policies == [tool == "pay" ? "probe" : "compensate", "person"], "\(aftermath)")
                #expect(aftermath.resolution == "happened" && aftermath.entry.requests == 1)
            }
        }

        /// `executions show` says what is in doubt, by which key the service knows it, and each answer as a command.
        ///
        /// - Returns: The wait.
        private static func checkDoubt(of tool: String, in page: String) throws -> String {
            let doubt = try #require(page.range(of: "In doubt: "), "\(page)")
            let text = page[doubt.lowerBound...]
            #expect(text.hasPrefix("In doubt: It is not known whether \(tool) was carried out. Was it?\n"), "\(page)")
            #expect(text.contains(#""tool":"\#(tool)""#) && text.contains(#""idempotency_key":""#), "\(page)")
            let words = text.split { $0 == " " || $0 == "\n" }
            let wait = String(try #require(words.first { $0.hasPrefix("wait_") }, "\(page)"))
            for resolution in ["happened", "did_not_happen"] {
                #expect(
                    text.contains("belay waits answer \(wait) --answer '{\"resolution\":\"\(resolution)\"}'"), "\(page)"
                )
            }
            return wait
        }
    }
}
