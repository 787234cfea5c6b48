import Testing

/// `belay init`, `check`, `mock` and `run`: a person's first minutes.
@Suite(.timeLimit(.minutes(5)))
struct ProjectTests {
    @Test func aNewProjectPassesTheCheckAndAnswersAtOnce() async throws {
        try await Project.run { project in
            let written = try await project.belay("init")
            #expect(written.status == 0)
            let files = written.output.split(separator: "\n").map(String.init)
            #expect(files.contains("belay.yaml") && files.contains("README.md"))

            let checked = try await project.belay("check")
            #expect(checked.status == 0)
            #expect(checked.output == "belay.yaml: ok. 1 agent, 0 tools, 1 route, 1 provider.\n")
            #expect(try await project.belay("check", "--json").json["status"] == "ok")

            let mock = try await project.start("mock", "--port", "0", "--scenario", "scenario.yaml")
            project.set("OPENAI_BASE_URL", to: try await mock.line(beginning: "belay mock listens on ") + "/v1")
            let answered = try await project.belay("run", "Hello there")
            #expect(answered.status == 0)
            #expect(answered.output.hasPrefix("Hello! I am a simulated model."))
            #expect(answered.output.split(separator: "\n").count == 1)
        }
    }

    @Test func initWritesIntoAFolderThatItMakes() async throws {
        try await Project.run { project in
            let written = try await project.belay("init", "deep/er")
            #expect(written.status == 0)
            let checked = try await project.belay("check", "--config", "deep/er/belay.yaml")
            #expect(checked.status == 0)
        }
    }

    @Test func initOverwritesNothing() async throws {
        try await Project.run(["README.md": "Mine."]) { project in
            let refused = try await project.belay("init")
            #expect(refused.status == 65)
            #expect(refused.errors == "\(project.path("README.md")) exists; nothing was written.\n")
            #expect(try project.files == ["README.md"])
        }
    }

    @Test func initSaysWhereItCannotWrite() async throws {
        try await Project.run(["file": ""]) { project in
            let refused = try await project.belay("init", "file/inside")
            #expect(refused.status == 69)
            #expect(refused.errors.hasPrefix("can't write \(project.path("file/inside"))"))
        }
    }

    @Test func runTellsTheWholeStoryAndThenTheAnswer() async throws {
        try await Project.run(["belay.yaml": Project.configuration()]) { project in
            try await project.startMock("reply: All is well.")
            let answered = try await project.belay("run", "How are things?")
            #expect(answered.status == 0)
            #expect(answered.output == "All is well.\n")
            let story = answered.errors.split(separator: "\n")
            #expect(story.first?.contains("accepted for local by clerk") == true)
            #expect(story.last?.contains("completed (completed): All is well.") == true, "\(answered)")
        }
    }

    @Test func runPrintsAnObjectForPrograms() async throws {
        try await Project.run(["belay.yaml": Project.configuration()]) { project in
            try await project.startMock("reply: All is well.")
            let answered = try await project.belay("run", "--json", "How are things?")
            #expect(answered.status == 0)
            #expect(answered.errors.isEmpty)
            let view = try answered.json
            #expect(view["state"] == "completed")
            #expect(view["output"] == "All is well.")
        }
    }

    @Test func aReaderThatGoesAwayEndsTheCommandWithoutAWord() async throws {
        try await Project.run(["belay.yaml": Project.configuration()]) { project in
            let script = """
                for command in "config schema" "run Hello"; do
                    { "$0" $command 2>errors; echo $? >status; } | true
                    cat status errors
                done
                { "$0" run Hello 2>&1 >/dev/null; echo $? >status; } | true
                cat status
                """
            try await project.startMock("reply: All is well.")
            let ended = try await project.start("sh", ["-c", script, Binary.path]).ended()
            #expect(ended.status == 0)
            #expect(!ended.output.contains("crashed") && !ended.output.contains("Fatal"), "\(ended)")
            let statuses = ended.output.split(separator: "\n").filter { $0.allSatisfy(\.isNumber) }
            #expect(statuses == ["141", "141", "141"], "\(ended)")
        }
    }

    @Test func theSameKeyGivesTheSameExecution() async throws {
        try await Project.run(["belay.yaml": Project.configuration()]) { project in
            try await project.startMock("reply: All is well.")
            let first = try await project.belay("run", "--json", "--idempotency-key", "k1", "How are things?")
            let again = try await project.belay("run", "--json", "--idempotency-key", "k1", "How are things?")
            #expect(try first.json["id"] == again.json["id"])
            let other = try await project.belay("run", "--idempotency-key", "k1", "Something else")
            #expect(other.status == 65)
            #expect(other.errors == "The key k1 was used with another request. Use a new one.\n")
        }
    }

    @Test func anExecutionThatFailsExitsWithOne() async throws {
        let configuration = Project.configuration(more: "    limits: {model_pauses: 0}\n    hands_off: false\n")
        try await Project.run(["belay.yaml": configuration]) { project in
            try await project.startMock("faults: [{kind: unauthorized}]")
            let failed = try await project.belay("run", "How are things?")
            #expect(failed.status == 1, "\(failed)")
            #expect(failed.errors.contains(" failed ("))
            #expect(!failed.errors.contains("a-secret-key"))
        }
    }
}
