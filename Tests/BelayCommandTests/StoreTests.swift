import Foundation
import Testing

/// What a person learns about a store that can't be used, and that its file stays as it was.
@Suite(.timeLimit(.minutes(5)))
struct StoreTests {
    private static let commands = [["run", "Hello"], ["serve", "--port", "0"], ["executions", "list"]]

    /// Runs commands on a store that was spoiled, and expects each to say so and to leave it alone.
    private func expectRefusal(
        in project: Project, saying message: String, commands: [[String]] = Self.commands, compares: Bool = true
    ) async throws {
        let before = project.bytes(of: "belay.db")
        for command in commands {
            let refused = try await project.start(Binary.path, command).ended()
            #expect(refused.status == 69, "\(command): \(refused)")
            #expect(refused.errors.hasPrefix("The store can't be used: "), "\(refused)")
            #expect(refused.errors.contains(message), "\(refused)")
            #expect(refused.errors.split(separator: "\n").count == 1, "\(refused)")
        }
        if compares { #expect(project.bytes(of: "belay.db") == before) }
    }

    @Test func aFolderThatIsMissing() async throws {
        let text = Project.configuration(more: "store: {path: none/belay.db}")
        try await Project.run(["belay.yaml": text]) { project in
            try await self.expectRefusal(
                in: project, saying: "the folder \(project.path("none")) of the store does not exist: create it")
            #expect(try project.files == ["belay.yaml"])
        }
    }

    @Test func aFileThatIsNoDatabase() async throws {
        let text = String(repeating: "Dear diary. ", count: 100)
        try await Project.run(["belay.yaml": Project.configuration(), "belay.db": text]) { project in
            try await self.expectRefusal(in: project, saying: "is not a SQLite database: name another file")
            #expect(try project.files == ["belay.db", "belay.yaml"])
        }
    }

    @Test func aDatabaseOfAnotherProgram() async throws {
        try await Project.run(["belay.yaml": Project.configuration()]) { project in
            let made = try await project.python(
                "import sqlite3; sqlite3.connect('belay.db').execute('CREATE TABLE notes (text)')")
            #expect(made.status == 0)
            try await self.expectRefusal(in: project, saying: "is a database of another program: name another file")
        }
    }

    private static let dump = """
        import sqlite3
        print('\\n'.join(sqlite3.connect('belay.db').iterdump()))
        """

    @Test func aNewerSchema() async throws {
        try await Project.run(["belay.yaml": Project.configuration()]) { project in
            #expect(try await project.belay("executions", "list").status == 0)
            let changed = try await project.python(
                """
                import sqlite3
                store = sqlite3.connect('belay.db')
                store.execute("INSERT INTO grdb_migrations VALUES ('v999')")
                store.commit()
                store.execute('PRAGMA wal_checkpoint(TRUNCATE)')
                store.close()
                """)
            #expect(changed.status == 0, "\(changed)")
            let before = try await project.python(Self.dump)
            #expect(before.status == 0)
            try await self.expectRefusal(
                in: project, saying: "was written by a newer version of Belay: use that version", compares: false)
            // Opening the file may touch a page, so what counts is what is in it.
            #expect(try await project.python(Self.dump).output == before.output)
        }
    }

    @Test func aFileThatAnotherProcessHasLocked() async throws {
        try await Project.run(["belay.yaml": Project.configuration()]) { project in
            #expect(try await project.belay("executions", "list").status == 0)
            try project.write(
                "lock.py",
                """
                import sqlite3, time
                store = sqlite3.connect('belay.db', isolation_level=None)
                store.execute('BEGIN EXCLUSIVE')
                print('locked', flush=True)
                time.sleep(600)
                """)
            let holder = try await project.start("python3", ["lock.py"])
            _ = try await holder.line(beginning: "locked")
            try await self.expectRefusal(
                in: project, saying: "the file is locked by another process", commands: [["run", "Hello"]])
            await holder.destroy()
            #expect(try await project.belay("executions", "list").status == 0)
        }
    }

    @Test func aFolderThatMayNotBeWritten() async throws {
        try await Project.run(["belay.yaml": Project.configuration()]) { project in
            #expect(try await project.belay("executions", "list").status == 0)
            let before = project.bytes(of: "belay.db")
            // Permissions don't hold root back, a mount does; it is visible to this one shell only.
            let script = """
                if [ "$(id -u)" = 0 ]; then
                    unshare -m sh -c 'mount --bind . . && mount -o remount,bind,ro . && cd "$PWD" && "$0" run Hello' "$0"
                else
                    chmod -R a-w . && "$0" run Hello; status=$?; chmod -R u+w .; exit $status
                fi
                """
            let refused = try await project.start("sh", ["-c", script, Binary.path]).ended()
            if refused.errors.contains("unshare") || refused.errors.contains("mount:") {
                print("StoreTests.aFolderThatMayNotBeWritten: skipped, this root may not mount")
                return
            }
            #expect(refused.status == 69, "\(refused)")
            #expect(refused.errors.contains("can't be written"), "\(refused)")
            #expect(project.bytes(of: "belay.db") == before)
        }
    }
}
