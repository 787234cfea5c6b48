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

        /// Kills the server in the middle of a call of `tool`, starts another one, and lets it come to its end.
        ///
        /// - Parameter meanwhile: What people do once the execution waits; nil when nobody is needed.
        private func kill(
            during tool: String, _ gate: EffectService.Gate, tools: [String: String] = EffectService.tools,
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
                    _ = try await again.execution(id, in: "waiting")
                    try await meanwhile(project, again, id)
                }
                let view = try await again.execution(id, in: "completed")
                let story = try await again.journal(of: id).drop { $0["type"] != "tool_call_dispatched" }
                let books = try await service.books()
                #expect(books.count == 1)
                try check(Aftermath(view: view, story: Array(story), entry: try #require(books.values.first)))
            }
        }

        @Test(arguments: EffectService.Gate.allCases)
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
                #expect(aftermath.resolution == (gate == .after ? "happened" : "did_not_happen"), "\(aftermath)")
                #expect(aftermath.resolvedBy == "probe")
                #expect(aftermath.entry.requests == 1 && aftermath.entry.effects == (gate == .after ? 1 : 0))
            }
        }

        @Test(arguments: EffectService.Gate.allCases)
        func aCompensationUndoesIt(gate: EffectService.Gate) async throws {
            try await self.kill(during: "book", gate) { aftermath in
                #expect(aftermath.resolution == "compensated", "\(aftermath)")
                #expect(aftermath.entry.requests == 1 && aftermath.entry.isUndone, "\(aftermath.entry)")
            }
        }

        @Test(arguments: EffectService.Gate.allCases)
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

        @Test(.timeLimit(.minutes(1)), arguments: ["pay", "book"])
        func aPersonIsAskedWhenTheServiceCannotSay(tool: String) async throws {
            var tools = EffectService.tools
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
